"""Answers as JSON values: the canonical document of a decision, and the one that people read."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import orjson

from governance.book.terms import Caller, Role
from governance.owner.answer import (
    Considered,
    Deadline,
    NamedBody,
    NamedPost,
    OwnerAnswer,
    OwnerQuestion,
    Reason,
)
from governance.owner.explain import explain, step_name

__all__ = [
    "canonical_bytes",
    "digest_of",
    "document_of",
    "question_of",
    "question_to_dict",
    "readable",
    "summary",
]


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Write JSON values in the one form that is hashed: UTF-8, sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give the SHA-256 of the canonical form of JSON values, in hexadecimal."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def question_to_dict(question: OwnerQuestion) -> dict[str, Any]:
    """Write a question as JSON values; :func:`question_of` reads them back."""
    received = question.received_at
    return {
        "lon": float(question.lon),
        "lat": float(question.lat),
        "category": question.category,
        "at": question.at.isoformat(),
        "received_at": None if received is None else _instant(received),
        "accuracy_m": float(question.accuracy_m),
        "place_confidence": float(question.place_confidence),
        "caller": question.caller.value,
        "given": question.given,
    }


def question_of(values: dict[str, Any]) -> OwnerQuestion:
    """Read a question from JSON values written by :func:`question_to_dict`."""
    received = values["received_at"]
    return OwnerQuestion(
        lon=values["lon"],
        lat=values["lat"],
        category=values["category"],
        at=date.fromisoformat(values["at"]),
        received_at=None if received is None else datetime.fromisoformat(received),
        accuracy_m=values["accuracy_m"],
        place_confidence=values["place_confidence"],
        caller=Caller(values["caller"]),
        given=values["given"],
    )


def document_of(answer: OwnerAnswer) -> dict[str, Any]:
    """Write an answer as the document that a decision keeps.

    Work phones of posts are left out, so that who asked does not change the document; sentences
    are left out, because their wording may improve.
    """
    return {
        "question": question_to_dict(answer.question),
        "status": answer.status,
        "primary": None if answer.primary is None else _body(answer.primary),
        "others": [_body(body) for body in answer.others],
        "step": None if answer.step is None else answer.step.value,
        "rule": answer.rule,
        "considered": [_considered(item) for item in answer.considered],
        "would_change": [list(reason) for reason in answer.would_change],
        "posts": [_post(post, show_phone=False) for post in answer.posts],
        "deadline": None if answer.deadline is None else _deadline(answer.deadline),
        "chain": list(answer.chain),
        "overlays": list(answer.overlays),
        "confidence": answer.confidence,
        "flags": list(answer.flags),
        "context": answer.context,
    }


def readable(answer: OwnerAnswer, language: str = "zh") -> dict[str, Any]:
    """Write an answer as JSON values for people and programs, with sentences.

    Parameters
    ----------
    answer
        The answer.
    language
        ``zh`` or ``en``.

    Returns
    -------
    dict
        Primary, co-organisers, copied and supervising bodies apart; each reason with its code,
        its values and a sentence.
    """
    by_role: dict[Role, list[dict[str, Any]]] = {role: [] for role in Role}
    for body in answer.others:
        by_role[body.role].append(_body(body))
    return {
        "summary": summary(answer, language),
        "status": answer.status,
        "primary": None if answer.primary is None else _body(answer.primary),
        "co_organisers": by_role[Role.CO_ORGANISER],
        "copied": by_role[Role.COPIED],
        "supervising": by_role[Role.SUPERVISING],
        "step": None if answer.step is None else answer.step.value,
        "rule": answer.rule or None,
        "confidence": answer.confidence,
        "flags": list(answer.flags),
        "deadline": None if answer.deadline is None else _deadline(answer.deadline),
        "posts": [_post(post, show_phone=True) for post in answer.posts],
        "chain": list(answer.chain),
        "overlays": list(answer.overlays),
        "considered": [
            _considered(item)
            | {"step_name": step_name(item.step, language)}
            | {"reason": _reason(item.reason, language)}
            for item in answer.considered
        ],
        "would_change": [_reason(reason, language) for reason in answer.would_change],
        "question": question_to_dict(answer.question),
        "context": answer.context,
    }


def summary(answer: OwnerAnswer, language: str = "zh") -> str:
    """Say in one sentence who answers, by which step, and how settled it is."""
    is_chinese = language == "zh"
    if answer.primary is None or answer.step is None:
        return (
            "没有找到责任主体，转人工核实。"
            if is_chinese
            else "Nobody was found; it goes to review."
        )
    name, step = answer.primary.name, step_name(answer.step, language)
    why = next((explain(c.reason, language) for c in answer.considered if c.is_taken), "")
    if is_chinese:
        tail = {
            "decided": "",
            "provisional": "；权属待定",
            "disputed": "；存在争议，首接负责",
        }[answer.status]
        return f"由{name}主办（{step}：{why}）{tail}。"
    tail = {
        "decided": "",
        "provisional": "; provisional",
        "disputed": "; disputed, first receiver leads",
    }[answer.status]
    return f"{name} answers ({step}: {why}){tail}."


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _reason(reason: Reason, language: str) -> dict[str, Any]:
    code, *values = reason
    return {"code": code, "values": values, "text": explain(reason, language)}


def _body(body: NamedBody) -> dict[str, Any]:
    return {
        "code": body.code,
        "name": body.name,
        "kind": body.kind.value,
        "role": body.role.value,
        "phone": body.phone,
        "because": body.because,
    }


def _post(post: NamedPost, *, show_phone: bool) -> dict[str, Any]:
    written = {
        "code": post.code,
        "kind": post.kind,
        "layer": post.layer,
        "area": post.area,
        "area_name": post.area_name,
        "holder": post.holder or None,
    }
    return written | {"phone": post.phone} if show_phone and post.phone else written


def _considered(item: Considered) -> dict[str, Any]:
    return {
        "step": item.step.value,
        "rule": item.rule,
        "body": item.body or None,
        "body_name": item.body_name or None,
        "layer": item.layer or None,
        "feature": item.feature or None,
        "feature_name": item.feature_name or None,
        "distance_m": item.distance_m,
        "is_taken": item.is_taken,
        "reason": list(item.reason),
    }


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {
        "level": deadline.level,
        "level_name": deadline.level_name,
        "limit_s": deadline.limit_s,
        "clock": deadline.clock,
        "due_at": deadline.due_at.isoformat(),
        "calendar": deadline.calendar,
        "is_provisional": deadline.is_provisional,
    }
