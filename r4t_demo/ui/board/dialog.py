"""The dialog that shows a set as one picture, to be saved or shared."""

from base64 import b64encode

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Desk
from r4t_demo.ui.board.board import Board, draw
from r4t_demo.ui.board.lettering import missing
from r4t_demo.ui.board.told import read_told, text
from r4t_demo.ui.own.catalogues import OwnCatalogues
from r4t_demo.ui.scripts import script
from r4t_demo.ui.search.tab import html

DIALOG = """<dialog id="board" aria-labelledby="board-title"><div class="controls"><h2 id="board-title">Save as a picture</h2>
<button type="button" data-close aria-label="Close the picture">✕</button></div>
<div class="which" role="group" aria-label="Which set"></div><div class="drawn"><img hidden alt="The set as one picture"/></div>
<div class="which"><a class="lead" hidden>Save the picture</a><button type="button" data-hand hidden>Share …</button>
<span class="status" role="status"></span></div></dialog>"""


def _boxes(board: Board) -> str:
    """The letters of the board that no font here has."""
    written = [board.title, board.catalogue]
    for direction in board.directions:
        written += [direction.words, *(item.title for item in direction.items[:1])]
        written += [words for item in direction.items if not item.image for words in (item.title, item.subtitle)]
    return "".join(dict.fromkeys(letter for words in written for letter in missing(words)))


def build(desk: Desk, own: OwnCatalogues) -> None:
    """Lay the dialog out. A picture waits at the desk as a search does, so that one is drawn at a time."""

    def board(asked: list) -> dict[str, str]:  # what scripts may call must be a plain function
        try:
            told, number, link, job = asked
            catalog = own.catalog(text(job)) if job else desk.engine.catalog
            name = own.jobs.status(job).name if job else catalog.name
            drawn = read_told(told, number, catalog, name, "" if job else link)  # whoever has a run's link may see all of it
        except UserError as error:
            return {"trouble": str(error)}
        except (ValueError, TypeError):
            return {"trouble": "A picture is asked for by what it holds: search again."}
        return _answer(desk, drawn)

    html(DIALOG, "board-holder", script("board.js"), server_functions=[board])


def _answer(desk: Desk, board: Board) -> dict[str, str]:
    """The ``picture`` as an address that holds it, with what is to be ``said`` of it; or the ``trouble``, in a sentence."""
    try:
        data, boxes = desk.ask("board", board.title, lambda _: [(draw(board), _boxes(board))])
    except UserError as error:
        return {"trouble": str(error)}
    said = f"The fonts here lack these letters, which are boxes on the picture: {boxes[:40]}" if boxes else ""
    return {"picture": f"data:image/png;base64,{b64encode(data).decode()}", "said": said}
