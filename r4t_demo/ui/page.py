"""The whole page: its head line, its tabs, its look."""

from pathlib import Path

import gradio as gr

from r4t_demo.sources.ingest import read_report
from r4t_demo.ui import fanout_tab, results_tab
from r4t_demo.ui.report import render_report
from r4t_demo.ui.scripts import script

# The stylesheet goes into the head as it is: Gradio's `css` rewrites every selector and loses some rules on the way.
HEAD = f"<style>{(Path(__file__).parent / 'style.css').read_text(encoding='utf-8')}</style>"
SANS = ("Avenir Next", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "sans-serif")
THEME = gr.themes.Base(font=SANS, font_mono=("ui-monospace", "monospace"))
HEADER = """<header class="masthead"><h1>Fan-out retrieval</h1>
<p>A broad wish has many good answers: a language model and a diffusion model each turn it into several directions,
and every direction finds its own items.</p>
<button type="button" data-theme-toggle aria-label="Switch between light and dark">◐</button></header>"""


def create_demo(engine) -> gr.Blocks:
    """Return the page over ``engine``, its opening query already answered."""
    with gr.Blocks(title="Fan-out retrieval", analytics_enabled=False) as demo:
        gr.HTML(HEADER, apply_default_css=False, js_on_load=script("theme.js"))
        if report := read_report(engine.catalog.root):
            gr.HTML(render_report(report), elem_id="report", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Search"):
                fanout_tab.build(engine, demo)
            with gr.Tab("Results") as tab:
                results_tab.build(engine.settings.results, tab)
    return demo
