"""Refusals of certificate templates and their pictures."""

from __future__ import annotations

from app.core.errors import N_, DomainError
from app.core.pdf import UploadTooLarge, UploadUnreadable


class UnfittingText(DomainError):
    """A printed text is longer than its place, even at its smallest size."""

    status = 422
    message = N_(
        "The certificate of %(name)s cannot be printed: “%(text)s” is too long for its place "
        "(%(slot)s)."
    )


class TemplateChanged(DomainError):
    """Somebody else saved the template in the meantime."""

    status = 409
    message = N_(
        "Somebody else has saved this template since you opened it (version %(number)s). "
        "Your changes are not saved. Open the template again and enter them there."
    )


class NothingChanged(DomainError):
    """A template was sent as it is."""

    status = 422
    message = N_("Nothing is changed, so nothing was saved.")


class TemplateRefused(DomainError):
    """Something on a template breaks a rule of certificates; nothing is saved."""

    status = 422


class BarredWord(TemplateRefused):
    """A title or the programme's name has a word that Chinese rules bar."""

    message = N_("“%(word)s” may not stand in a title or in the name of the programme.")


class BarredSign(TemplateRefused):
    """A sign that is a protected emblem or looks like one."""

    message = N_("The sign %(sign)s may not stand here: it is or looks like a protected emblem.")


class WordsMissing(TemplateRefused):
    """A text without one of the languages."""

    message = N_("Write this text in all five languages.")


class TextTooLong(TemplateRefused):
    """A text that no page has room for."""

    message = N_("Use at most %(most)s letters: %(text)s")


class LettersMissing(TemplateRefused):
    """A text with a letter that no font of the certificate has."""

    message = N_("No font of the certificate has these letters: %(letters)s")


class MarkLost(TemplateRefused):
    """A text with a number in it that has lost the number's place, or has another % sign."""

    message = N_("Keep %%(number)s once in this text, and no other percent sign: %(text)s")


class NobodySigns(TemplateRefused):
    """A template of a kind that is signed has no signatory."""

    message = N_("Name at least one person who signs.")


class PictureUnknown(TemplateRefused):
    """A picture that is not there, was taken back, or is of another kind."""

    message = N_("Choose one of the pictures in the list.")


class PictureOfAnother(TemplateRefused):
    """A signature beside another person's name."""

    message = N_("This is the signature of %(owner)s. It cannot stand beside the name %(name)s.")


class PageTooFull(TemplateRefused):
    """A text of a template does not fit on the page in a language."""

    message = N_("This text does not fit on the page in %(language)s: %(text)s")


class PageNotDrawn(TemplateRefused):
    """The page could not be drawn in a language."""

    message = N_("The page could not be drawn in %(language)s. Reason: %(reason)s")


class OtherKind(TemplateRefused):
    """A template chosen for what it is not made for."""

    message = N_("This template is made for something else. Choose one in the list.")


class PictureRefused(TemplateRefused):
    """A file that cannot be used as a picture."""


class PictureTooBig(PictureRefused):
    """More bytes than a certificate should carry."""

    message = N_("The picture has more than %(most)s kB. Make it smaller and send it again.")


class NoPicture(PictureRefused):
    """An SVG file, a document, a damaged file."""

    message = UploadUnreadable.message


class TooManyPixels(PictureRefused):
    """More pixels than are decoded, however few bytes they take."""

    message = UploadTooLarge.message


class PictureTooHard(PictureRefused):
    """The process that reads pictures used too much time or memory and was stopped."""

    message = N_(
        "Reading the picture takes too much time or memory. Make it smaller and send it again."
    )


class ProtectedEmblem(PictureRefused):
    """A picture of a red cross."""

    message = N_("This picture shows a red cross. It is a protected emblem and may not be used.")


class ConsentOfSignatoryMissing(DomainError):
    """A picture of a signature without its signatory's recorded consent."""

    status = 422
    message = N_("A picture of a signature needs the consent of the person who signs.")


class BrokenTemplate(DomainError):
    """A certificate template breaks a rule; the fault says where."""

    status = 500
    message = N_("The certificate template %(name)s is broken: %(fault)s")
