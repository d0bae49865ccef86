"""A network: who issues releases, the wording it attaches to each, and the layout of its plain text."""

import hashlib
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from syndicator.model.text import LanguageTag, Line, Name, Text

_FROZEN = ConfigDict(frozen=True, extra="forbid")
_SECTION = r"^\+?(headline|subheadline|teaser|body|regulatory|boilerplates|captions|publisher|contacts|legal)$"


class RegulatoryLabels(BaseModel):
    """The words around what the law asks of an ad-hoc release. The last two are sentences: whether it is one at all."""

    model_config = _FROZEN
    heading: Line
    issuer: Line
    notifier: Line
    subject: Line
    inside_information: Line
    no_inside_information: Line


class Labels(BaseModel):
    """The words around a release, in the template's language."""

    model_config = _FROZEN
    captions: Line
    publisher: Line
    contacts: Line
    phone: Line
    publisher_fax: Line
    contact_fax: Line
    email: Line
    responsible: Line
    media: Line
    correction: Line
    embargo: Line
    withheld: Line
    withheld_title: Line
    withdrawn: Line
    withdrawn_title: Line
    # Templates without these words came before them. What was issued with one is stored, and named by a hash of what is
    # written here: so they leave no trace where there are none, and such a release goes on without that part.
    regulatory: RegulatoryLabels | None = Field(default=None, exclude_if=lambda labels: labels is None)


class Template(BaseModel):
    """The order of a plain text's sections. One blank line stands between two; after a ``+`` none."""

    model_config = _FROZEN
    language: LanguageTag
    version: Line
    sections: tuple[Annotated[str, StringConstraints(pattern=_SECTION)], ...]
    labels: Labels


class Texts(BaseModel):
    """One wording of a network: disclaimer and terms of use, in force from a day on.

    ``{operator}``, ``{publisher}``, ``{url}`` and ``{year}`` stand for values of the network and release.
    """

    model_config = _FROZEN
    language: LanguageTag
    version: Line
    valid_from: date
    source: Line
    disclaimer: Text
    terms: Text

    @model_validator(mode="after")
    def _known_variables(self) -> Self:
        try:
            f"{self.disclaimer} {self.terms}".format(operator="", publisher="", url="", year="")
        except (KeyError, IndexError, ValueError) as error:
            raise PydanticCustomError(
                "unknown_variable",
                "a wording may use operator, publisher, url and year in braces; this one has {error}",
                {"error": str(error)},
            ) from None
        return self


class Attached(BaseModel):
    """What a network attaches to one version for ever: wording and template, named by ``id`` and ``sha256``."""

    model_config = _FROZEN
    network: Name
    title: Line
    operator: Line
    url: str
    texts: Texts
    template: Template

    @property
    def id(self) -> str:
        texts, template = self.texts, self.template
        return f"{self.network}/{texts.language}/{texts.version}+{template.language}/{template.version}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Network(BaseModel):
    """A network with all its wordings and templates."""

    model_config = _FROZEN
    name: Name
    title: Line
    operator: Line
    url: str
    default_language: LanguageTag
    texts: tuple[Texts, ...] = Field(min_length=1)
    templates: tuple[Template, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _speaks_its_language(self) -> Self:
        spoken = {texts.language for texts in self.texts} & {template.language for template in self.templates}
        if self.default_language not in spoken:
            raise PydanticCustomError(
                "default_language", "the default language needs a wording and a template of its own", {}
            )
        return self

    def attach(self, language: str, on: date) -> Attached:
        """The newest wording in force on that day (of two from one day the later), and the newest template.

        A language without a wording gets the one of its main part (``de`` for ``de-AT``), then the
        network's default language: ``Attached.texts.language`` says which.
        """
        return Attached(
            network=self.name,
            title=self.title,
            operator=self.operator,
            url=self.url,
            texts=self._texts(language, on),
            template=self._template(language),
        )

    def _texts(self, language: str, on: date) -> Texts:
        for tag in (language, language.partition("-")[0], self.default_language):
            valid = [texts for texts in self.texts if texts.language == tag and texts.valid_from <= on]
            if valid:
                return max(reversed(valid), key=lambda texts: texts.valid_from)
        return min(self.texts, key=lambda texts: texts.valid_from)

    def _template(self, language: str) -> Template:
        for tag in (language, language.partition("-")[0]):
            spoken = [template for template in self.templates if template.language == tag]
            if spoken:
                return spoken[-1]
        return next(template for template in reversed(self.templates) if template.language == self.default_language)
