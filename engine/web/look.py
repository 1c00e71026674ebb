"""How the demo's page looks: Gradio's plain theme with the system's fonts, light and dark following the system."""

import gradio as gr

FONTS = ["system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"]
_MONO = ["ui-monospace", "Consolas", "monospace"]

CSS = """
.gradio-container { max-width: 1100px !important; margin: 0 auto !important; }
.ll-muted { opacity: .78; font-size: .87rem; }
.ll-notice { border-left: 4px solid var(--color-accent); padding: .4rem .8rem; margin: 0; }
.ll-error, .ll-refused { border: 1px solid var(--border-color-primary); border-left: 4px solid #c0392b;
  border-radius: 6px; padding: .6rem .9rem; }
.ll-refused { border-left-color: #b7791f; }
.ll-error p, .ll-refused p, .ll-words p { margin: .35rem 0; overflow-wrap: anywhere; }
.ll-bar { display: grid; grid-template-columns: 1fr auto; column-gap: .6rem; margin: .35rem 0; }
.ll-bar .ll-share { font-variant-numeric: tabular-nums; }
.ll-bar:first-child .ll-name, .ll-bar:first-child .ll-share { font-weight: 600; }
.ll-track { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--background-fill-secondary);
  border: 1px solid var(--border-color-primary); overflow: hidden; }
.ll-track > span { display: block; height: 100%; }
.ll-map { --ll-opacity: .6; } .ll-map label { display: flex; gap: .6rem; align-items: center; margin: .5rem 0; }
.ll-map select { flex: 1; width: 0; min-width: 0; padding: .3rem; color: inherit;
  background: var(--background-fill-secondary); border: 1px solid var(--border-color-primary); border-radius: 6px; }
.ll-map input[type=range] { flex: 1; width: 0; min-width: 0; }
.ll-map details img { max-width: 100%; border-radius: 6px; }
.ll-stack { position: relative; border-radius: 6px; overflow: hidden; } .ll-stack img { display: block; width: 100%; }
.ll-stack img.ll-layer { position: absolute; inset: 0; height: 100%; opacity: var(--ll-opacity); }
.ll-stack img.ll-layer[hidden] { display: none; }
.ll-wide { overflow-x: auto; } .ll-table { width: 100%; border-collapse: collapse; font-size: .9rem; }
.ll-table th, .ll-table td { text-align: left; padding: .35rem .5rem; vertical-align: top;
  border-bottom: 1px solid var(--border-color-primary); min-width: 7rem; overflow-wrap: break-word; }
.ll-table th:first-child, .ll-table td:first-child { min-width: 72px; } .ll-table td:last-child { min-width: 12rem; }
.ll-table img { width: 56px; min-width: 56px; height: 56px; object-fit: cover; border-radius: 4px; margin: 0; }
"""


def theme() -> gr.themes.Base:
    """No font of it is fetched: strings name what the computer has."""
    return gr.themes.Default(primary_hue="indigo", font=FONTS, font_mono=_MONO)
