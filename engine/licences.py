"""The licence and the citation of data that this program can fetch, as window and terminal show them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DataLicence:
    """Under what terms a data set may be used."""

    data_set: str
    name: str
    """As in a model's card: "CC BY-NC 4.0"."""
    full_name: str
    url: str
    terms: str
    """The terms in a sentence or two."""
    citation: str
    source: str
    """Where the data are."""
    size: str
    """What it takes, in a sentence."""

    @property
    def text(self) -> str:
        """All of it, to be read before it is accepted."""
        return "\n".join(
            (
                f"{self.data_set} is under the licence {self.name}: {self.full_name}, {self.url}",
                self.terms,
                f"Please cite: {self.citation}",
                f"Source: {self.source}",
            )
        )


HAM10000 = DataLicence(
    data_set="HAM10000",
    name="CC BY-NC 4.0",
    full_name="Creative Commons Attribution-NonCommercial 4.0 International",
    url="https://creativecommons.org/licenses/by-nc/4.0/",
    terms=(
        "You may use and share the images for non-commercial purposes if you name their authors. "
        "Models trained on them are for non-commercial use too."
    ),
    citation=(
        'P. Tschandl, C. Rosendahl, H. Kittler, "The HAM10000 dataset, a large collection of multi-source '
        'dermatoscopic images of common pigmented skin lesions", Scientific Data 5, 180161 (2018), '
        "doi:10.1038/sdata.2018.161"
    ),
    source="Harvard Dataverse, https://doi.org/10.7910/DVN/DBW86T",
    size="2.8 GB to download; 4.3 GB of disk while it is unpacked, 2.8 GB afterwards.",
)
