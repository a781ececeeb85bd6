"""Check a whole rule book before it takes effect: on paper, and at every place."""

from datetime import date
from time import perf_counter

from geo.arrays import Progress
from governance.book.coverage import try_book
from governance.book.coverage_findings import find_coverage_findings, unanswered
from governance.book.definition import RuleBook
from governance.book.findings import BookFinding, BookReport, Severity
from governance.book.hashing import book_hash
from governance.book.lattice import Terrain, build_lattice
from governance.book.overlap_findings import find_overlaps
from governance.book.place_findings import find_place_findings
from governance.book.references import parse_reference
from governance.book.row_findings import find_row_findings, references_of
from governance.book.word_findings import find_words
from governance.clocks.calendar import published_calendar
from governance.owner.grounds import Grounds
from governance.owner.resolver import OwnerResolver

__all__ = ["check_book", "check_rows", "day_of_check"]


def check_book(
    book: RuleBook,
    grounds: Grounds,
    terrain: Terrain,
    *,
    at: date,
    threads: int | None = None,
    progress: Progress | None = None,
) -> BookReport:
    """Find what is wrong with a rule book.

    Parameters
    ----------
    book
        Any rule book; it need not be in a store.
    grounds
        Boundaries and features that it will rule over.
    terrain
        Their shapes; see :func:`governance.book.lattice.load_terrain`.
    at
        Date for which it is checked. Rules that have ended or have not begun are not tried.
    threads
        Threads for looking up places; all cores when None.
    progress
        Called with stage ``answer``.

    Returns
    -------
    BookReport
        Findings of the kinds in :data:`governance.book.findings.TITLES`.

    Raises
    ------
    DateOutsideBookError, DateOutsideValidityError
        The book or an edition is not valid on the date.

    Notes
    -----
    Recorded rulings are left out: they come and go without the book. What is said of all places
    was tried at one place inside every area of the finest partition, inside every overlay area and
    overlap, at four places along every line and at every asset.
    """
    start = perf_counter()
    report = _report_of_rows(book, at)
    unreadable = _unreadable(book)
    if unreadable:
        report.add([_not_checked(unreadable)])
    else:
        _try(report, book, grounds, terrain, threads, progress)
    report.seconds = perf_counter() - start
    return report


def check_rows(book: RuleBook, *, at: date) -> BookReport:
    """Find what is wrong with the rows alone, where no boundaries are loaded; a warning says so."""
    report = _report_of_rows(book, at)
    report.add(
        [
            BookFinding(
                code="not_checked",
                severity=Severity.WARNING,
                subject=book.head.label,
                message="没有启用的边界，未逐地检查",
                message_en="no boundaries are active; no place was tried",
            )
        ]
    )
    return report


def _report_of_rows(book: RuleBook, at: date) -> BookReport:
    report = BookReport(label=book.head.label, hash=book_hash(book), at=at)
    report.n_categories = len(book.categories)
    report.add(find_row_findings(book, at))
    return report


def day_of_check(book: RuleBook, today: date) -> date:
    """Give today, or the first day of a book that begins later."""
    return max(today, book.head.valid_from)


def _try(
    report: BookReport,
    book: RuleBook,
    grounds: Grounds,
    terrain: Terrain,
    threads: int | None,
    progress: Progress | None,
) -> None:
    """Try a book at every place and take in what is found."""
    at = report.at
    resolver = OwnerResolver(book, grounds, calendar=published_calendar([at.year]))
    lattice = build_lattice([resolver.compiled], grounds, terrain)
    coverage = try_book(resolver, lattice, at=at, threads=threads, progress=progress)
    report.n_places, report.n_groups = len(lattice), len(coverage.groups)
    report.layer = lattice.finest
    report.unanswered = unanswered(resolver.compiled, lattice, coverage)
    report.add(find_place_findings(resolver.compiled, grounds, terrain, at))
    report.add(find_words(resolver.compiled, at))
    report.add(find_coverage_findings(resolver, lattice, coverage, at))
    report.add(find_overlaps(resolver, lattice, terrain, coverage.groups, at))


def _unreadable(book: RuleBook) -> list[str]:
    """Name the rows whose references cannot be taken apart: nothing can be tried with them."""
    rows = []
    for _, code, text, _ in references_of(book):
        try:
            parse_reference(text)
        except ValueError:
            rows.append(code)
    return rows


def _not_checked(rows: list[str]) -> BookFinding:
    shown = ", ".join(rows[:5])
    return BookFinding(
        code="not_checked",
        severity=Severity.ERROR,
        subject=rows[0],
        message=f"{shown} 的主体引用无法识别，未逐地检查",
        message_en=f"the body references of {shown} cannot be read; no place was tried",
        count=len(rows),
    )
