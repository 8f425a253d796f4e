"""Put the page on an address."""

import gradio as gr
from starlette.middleware import Middleware

from r4t_demo.catalog import IMAGES_FOLDER
from r4t_demo.errors import UserError
from r4t_demo.jobs import GIB, Jobs
from r4t_demo.ui.endpoints import answer_in_json
from r4t_demo.ui.guard import Guard
from r4t_demo.ui.page import HEAD, THEME, create_demo


def launch(engine, jobs: Jobs | None = None, *, note: str = "", prevent_thread_lock: bool = False) -> tuple[gr.Blocks, str]:
    """Serve the page over ``engine`` on settings.host and settings.port (0 takes a free one); return it and its address.

    ``jobs`` are those of the settings unless given; ``note`` stands under the page's head. Prints the address and blocks until
    the server ends, unless ``prevent_thread_lock``. Of all files on the machine only pictures can be read through it, the
    catalogue's and those of a job for who knows its id, and the zip of such a job. The named endpoints are the tools of an MCP
    server at the address with gradio_api/mcp/ behind it.
    """
    settings = engine.settings
    gr.set_static_paths([engine.catalog.root / IMAGES_FOLDER])
    jobs = jobs or Jobs(settings)
    jobs.watch()
    demo = create_demo(engine, jobs, note).queue(max_size=32)
    where = {"server_name": settings.host, "server_port": settings.port or None}
    closed = {"allowed_paths": [], "blocked_paths": [str(settings.checkpoints)], "show_error": False, "enable_monitoring": False}
    closed |= {"max_file_size": (most := settings.job_disk * GIB // 2), "run_history": False}
    closed["app_kwargs"] = {"middleware": [Middleware(Guard, host=settings.host, most=most)]}
    look = {"theme": THEME, "head": HEAD, "footer_links": ["api"], "ssr_mode": False}
    try:
        _, address, _ = demo.launch(**where, **closed, **look, mcp_server=True, prevent_thread_lock=True, quiet=True)
    except OSError as error:
        raise UserError(f"The page cannot be put on port {settings.port}: set R4T_PORT to a free one, or to 0.") from error
    answer_in_json(demo.mcp_server_obj)
    print(f"The page is on {address}", flush=True)
    if not prevent_thread_lock:
        demo.block_thread()
    return demo, address
