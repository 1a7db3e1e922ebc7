"""The yardstick of the first paint: a Textual app with an empty DataTable and nothing else."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable

HEADER = "yardstick"


class EmptyTable(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable()

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns(HEADER, "title", "category")


if __name__ == "__main__":
    EmptyTable().run()
