"""Put the page on an address, and take it off in good order."""

import signal
import time
from threading import Event

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from r4t_demo import log
from r4t_demo.catalog import IMAGES_FOLDER
from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.jobs import Jobs
from r4t_demo.serve.desk import Desk
from r4t_demo.serve.health import Health
from r4t_demo.ui.endpoints import answer_in_json
from r4t_demo.ui.guard import HANDLERS, Guard
from r4t_demo.ui.page import HEAD, THEME, create_demo

AT_WORK = 5.0  # seconds that answers under way get once the app is told to stop
ON_ITS_WAY = 0.5  # seconds that a finished answer needs to reach its visitor
SPARE = 32  # threads beside those that wait at the desk
LOOK, PROGRESS = 0.02, 1.0  # seconds between two looks for waiting events, and for progress to tell, which no event here has
FLOOD = 1000  # events that Gradio keeps in memory before they even reach the desk


def launch(engine, jobs: Jobs | None = None, *, note: str = "", prevent_thread_lock: bool = False) -> tuple[gr.Blocks, str]:
    """Serve the page over ``engine`` on settings.host and settings.port (0 takes a free one); return it and its address.

    ``jobs`` are those of the settings unless given; ``note`` stands under the page's head. Prints the address and blocks until
    the process is told to stop, unless ``prevent_thread_lock``. Of all files on the machine only pictures can be read through
    it, the catalogue's and those of a job for who knows its id, and the zip of such a job. The named endpoints are the tools of
    an MCP server at the address with gradio_api/mcp/ behind it; with health behind it, it tells how the app is doing.
    """
    settings, desk = engine.settings, Desk(engine)
    gr.set_static_paths([engine.catalog.root / IMAGES_FOLDER])
    jobs = jobs or Jobs(settings)
    demo = create_demo(desk, jobs, note).queue(max_size=FLOOD)
    # Gradio looks every millisecond and every ten, which costs some per cent of a core, day and night.
    demo._queue.sleep_when_free, demo._queue.progress_update_sleep_when_free = LOOK, PROGRESS
    jobs.watch()
    where = {"server_name": settings.host, "server_port": settings.port or None, "max_threads": desk.threads + SPARE}
    closed = {"allowed_paths": [], "blocked_paths": [str(settings.checkpoints)], "show_error": False, "enable_monitoring": False}
    closed |= {"max_file_size": (most := settings.job_disk * GIB // 2), "run_history": False}
    closed["app_kwargs"] = {
        "middleware": [Middleware(Guard, host=settings.host, most=most)],
        "exception_handlers": HANDLERS,
        "routes": [_health(desk)],
    }
    look = {"theme": THEME, "head": HEAD, "footer_links": ["api"], "ssr_mode": False}
    try:
        _, address, _ = demo.launch(**where, **closed, **look, mcp_server=True, prevent_thread_lock=True, quiet=True)
    except OSError as error:
        raise UserError(f"The page cannot be put on port {settings.port}: set R4T_PORT to a free one, or to 0.") from error
    answer_in_json(demo.mcp_server_obj)
    print(f"The page is on {address}", flush=True)
    log.write("start", address=address)
    if not prevent_thread_lock:
        _until_told_to_stop()
        _stop(demo, desk)
    return demo, address


def _health(desk: Desk) -> Route:
    """GET /health: 200, or 503 where something is broken. It waits in no line, and not for a thread of those who do."""
    health = Health(desk)

    def answer(_: Request) -> JSONResponse:
        report = health.report()
        return JSONResponse(report, status_code=200 if report["status"] == "ok" else 503)

    return Route("/health", answer)


def _until_told_to_stop() -> None:
    told = Event()
    before = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    told.wait()
    for number, handler in before.items():
        signal.signal(number, handler)  # who asks twice does not want to wait


def _stop(demo: gr.Blocks, desk: Desk) -> None:
    """Finish what is under way, refuse the rest, and close. Runs on visitors' catalogues go on by themselves."""
    log.write("stop", **desk.load)
    desk.close(AT_WORK)
    time.sleep(ON_ITS_WAY)
    demo.close(verbose=False)
