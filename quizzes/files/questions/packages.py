"""XML files of questions, alone or in a package. Bytes in; the name of the format and the questions out. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from quizzes.files.questions.containers import (
    COPY_QUESTIONS,
    document_kind,
    in_order_of_test,
    weights_of_test,
    xml_tree,
    zip_entries,
    zip_pictures,
)
from quizzes.files.questions.item import ReadQuestion, UnreadableFile, check_count, points_of, skipped
from quizzes.files.questions.moodle_reader import read_moodle
from quizzes.files.questions.pictures import in_package
from quizzes.files.questions.qti1_reader import read_qti1
from quizzes.files.questions.qti2_reader import read_qti2
from quizzes.phrases import gettext


def read_xml(
    content: bytes, file: str = "", pictures: Mapping[str, bytes] | None = None
) -> tuple[str, tuple[ReadQuestion, ...]]:
    """(format, questions) of one XML file. file: its path in a package, where files of other kinds give ("", ()).

    pictures: the files of the package.
    """
    find = in_package(pictures or {}, file)
    root = xml_tree(content)
    name = str(root.tag).removeprefix("qti-").replace("-", "").casefold()
    if name == "quiz":
        return "Moodle XML", tuple(read_moodle(content))
    if name == "questestinterop":
        return "QTI 1.2", tuple(read_qti1(content, file, find))
    if name in ("assessmentitem", "assessmenttest", "assessmentsection", "assessmentstimulus"):
        version = "QTI 3.0" if str(root.tag).startswith("qti-") else "QTI 2"
        return version, tuple(read_qti2(content, file, find))
    if file:
        return "", ()
    raise UnreadableFile(gettext("This XML file is neither Moodle XML nor QTI. Export the questions as one of these."))


def _weighted(question: ReadQuestion, weight: str | None) -> ReadQuestion:
    """The question with the points that the test gives to it."""
    if question.item is None or weight is None:
        return question
    notes = list(question.notes)
    points = points_of(weight, notes)
    return replace(question, item=replace(question.item, points=points), notes=tuple(notes))


def read_package(content: bytes) -> tuple[str, tuple[ReadQuestion, ...]]:
    """(format, questions) of a ZIP file. Raises UnreadableFile."""
    labels, questions = list[str](), list[ReadQuestion]()
    entries, pictures = list(zip_entries(content)), zip_pictures(content)
    # A course of Canvas has each quiz twice: as Common Cartridge has it, and complete.
    complete = {path.rpartition("/")[2].removesuffix(".xml.qti") for path, _ in entries if path.endswith(".xml.qti")}
    weights = weights_of_test(entries)
    for path, data in in_order_of_test(entries):
        folder, _, name = path.casefold().rpartition("/")
        if name in ("imsmanifest.xml", "assessment_meta.xml"):
            continue
        if name == "assessment_qti.xml" and folder.rpartition("/")[2] in complete:
            continue
        try:
            label, found = read_xml(data, path, pictures)
        except UnreadableFile as reason:
            questions.append(skipped(gettext("File {name}").format(name=path.rpartition("/")[2]), path, str(reason)))
            continue
        labels += [label] if label else []
        questions += [_weighted(question, weights.get(path)) for question in found]
        check_count(len(questions))
    if not labels and (kind := document_kind(content)):
        raise UnreadableFile(gettext(COPY_QUESTIONS).format(kind=kind))
    if not labels:
        raise UnreadableFile(
            gettext(
                "This ZIP file has no questions in QTI or Moodle XML. If another file in it has them, unpack it and "
                "choose that file."
            )
        )
    return labels[0], tuple(questions)
