"""Put the page on an address."""

import gradio as gr

from r4t_demo.ui.page import CSS, THEME, create_demo


def launch(engine, *, prevent_thread_lock: bool = False) -> tuple[gr.Blocks, str]:
    """Serve the page over ``engine`` on settings.host and settings.port; print and return its address.

    Blocks until the server ends, unless ``prevent_thread_lock``. Only the catalogue's pictures are readable as files.
    """
    settings = engine.settings
    gr.set_static_paths([engine.catalog.root / "images"])
    demo = create_demo(engine).queue(max_size=32)
    _, address, _ = demo.launch(
        server_name=settings.host, server_port=settings.port, prevent_thread_lock=True, quiet=True, show_error=False,
        allowed_paths=[], blocked_paths=[str(settings.checkpoints)], enable_monitoring=False, ssr_mode=False, footer_links=["api"],
        theme=THEME, css_paths=[CSS],
    )  # fmt: skip
    print(f"The page is on {address}", flush=True)
    if not prevent_thread_lock:
        demo.block_thread()
    return demo, address
