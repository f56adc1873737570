// The patient page: sections as they change, the flowsheet drawn again at most every few seconds.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const EVERY = 3000;
  const place = document.getElementById("sheet");
  let hours = (() => { try { return sessionStorage.getItem("hours") || "8"; } catch { return "8"; } })();
  let drawn = 0, waiting = null, last = null;

  // In print the drawing made for the screen is scaled: during print layout the width of the container is not available.
  const redraw = () => { if (last && !matchMedia("print").matches) flowsheet.draw(place, last); };
  const fetchSheet = async () => {
    waiting = null;
    drawn = performance.now();
    try {
      const answer = await fetch(`/patient/${board.key}/flowsheet?hours=${hours}`);
      if (!answer.ok) return;
      last = await answer.json();
      redraw();
    } catch { /* the banner says that the board does not answer; the drawing shows until when it reaches */ }
  };
  const soon = () => { waiting ??= setTimeout(fetchSheet, Math.max(0, drawn + EVERY - performance.now())); };
  const press = () => document.querySelectorAll("[data-hours]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.hours === hours));

  board.patched.push((patch) => {
    for (const row of patch.rows) for (const [name, markup] of Object.entries(row.cells)) board.replace(document.querySelector(`[data-cell="${name}"]`), markup);
    soon();
  });
  document.querySelectorAll("[data-hours]").forEach((button) => button.addEventListener("click", () => {
    hours = button.dataset.hours;
    try { sessionStorage.setItem("hours", hours); } catch { /* storage is disabled */ }
    press();
    fetchSheet();
  }));
  const stress = (event) => flowsheet.stress(place, event.target.closest("[data-evidence]")?.dataset.evidence ?? null);
  document.addEventListener("pointerover", stress);
  document.addEventListener("focusin", stress);
  new ResizeObserver(redraw).observe(place);
  press();
  fetchSheet();
  setInterval(soon, 60000);
});
