from apps.api.filters import FilterSet, WordsFilter
from apps.exports.lifecycle import Kind, State
from apps.exports.models import Export


class ExportFilter(FilterSet):
    kind = WordsFilter(words=Kind.values, help_text="One kind, or several separated by commas: `orders,items`.")
    state = WordsFilter(words=State.values, help_text="One state, or several separated by commas: `queued,running`.")

    class Meta:
        model = Export
        fields: list[str] = []
