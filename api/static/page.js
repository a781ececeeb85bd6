// The page works without this file; it lets the map shrink to the window and be used by keyboard.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const picture = document.querySelector(".map input[type=image]");
  const cross = document.querySelector(".cross");
  if (!picture || !cross) return;

  const size = { x: Number(picture.dataset.width), y: Number(picture.dataset.height) };
  const at = { x: size.x / 2, y: size.y / 2 };

  const ask = (x, y) => {
    const address = new URL("/", location.href);
    for (const field of picture.form.querySelectorAll("input[type=hidden]")) {
      address.searchParams.set(field.name, field.value);
    }
    address.searchParams.set("map.x", x.toFixed(2));
    address.searchParams.set("map.y", y.toFixed(2));
    location.assign(address);
  };

  picture.addEventListener("click", (event) => {
    event.preventDefault();
    if (event.detail === 0) { // Enter or a screen reader, not a pointer
      ask(at.x, at.y);
      return;
    }
    const box = picture.getBoundingClientRect();
    ask(((event.clientX - box.left) / box.width) * size.x, ((event.clientY - box.top) / box.height) * size.y);
  });

  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  picture.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const reach = event.shiftKey ? 50 : 8;
    at.x = Math.min(size.x, Math.max(0, at.x + step[0] * reach));
    at.y = Math.min(size.y, Math.max(0, at.y + step[1] * reach));
    cross.removeAttribute("hidden");
    cross.setAttribute("transform", `translate(${at.x * 10} ${at.y * 10})`);
  });
})();
