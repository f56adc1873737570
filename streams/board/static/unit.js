// The unit view: rows in order of urgency, filters, and the user's own patients.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const rows = document.getElementById("rows");
  const columns = [...document.querySelectorAll(".row.head > .c")].map((column) => column.classList[1]);
  const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* storage is disabled */ } };
  const kept = (name) => { try { return sessionStorage.getItem(name) || ""; } catch { return ""; } };
  const stars = new Set((() => { try { return JSON.parse(localStorage.getItem("mine") || "[]"); } catch { return []; } })());
  const wanted = { advised: new Set(kept("advised").split(",").filter(Boolean)), unit: kept("unit"), mine: kept("mine") === "yes", waits: kept("waits") === "yes", find: "" };
  const find = document.getElementById("find"), unit = document.getElementById("unit");
  let moved = 0;

  const fits = (row) => {
    const is = row.dataset;
    return (!wanted.advised.size || wanted.advised.has(is.advised)) && (!wanted.unit || is.unit === wanted.unit) && (!wanted.mine || stars.has(is.key))
      && (!wanted.waits || is.unseen === "yes") && (!wanted.find || is.find.includes(wanted.find));
  };
  const filter = () => {
    let shown = 0;
    for (const row of rows.children) { const fit = fits(row); row.hidden = !fit; shown += fit; }
    const all = rows.children.length;
    document.getElementById("matches").textContent = shown === all ? `${all} patients` : `${shown} of ${all} patients`;
    document.getElementById("empty").hidden = all > 0;
    document.getElementById("none").hidden = shown > 0 || !all;
    document.querySelectorAll("[data-filter]").forEach((tile) => tile.setAttribute("aria-pressed", wanted.advised.has(tile.dataset.filter)));
    document.getElementById("mine").setAttribute("aria-pressed", wanted.mine);
    document.getElementById("waits").setAttribute("aria-pressed", wanted.waits);
    document.querySelectorAll("[data-star]").forEach(starred);
  };
  const starred = (star) => {
    const on = stars.has(star.dataset.star);
    star.setAttribute("aria-pressed", on);
    star.firstElementChild.textContent = on ? "★" : "☆";
  };
  const compare = (a, b) => Number(b.dataset.rank) - Number(a.dataset.rank) || (a.dataset.find < b.dataset.find ? -1 : 1);
  // Rows do not move under a finger or a pointer: the order changes once it has been still for a moment.
  const busy = () => performance.now() - moved < 1500 || (rows.contains(document.activeElement) && performance.now() - moved < 8000);
  const sort = () => {
    if (busy()) return setTimeout(sort, 500);
    const order = [...rows.children].sort(compare);
    order.forEach((row, place) => { if (rows.children[place] !== row) rows.insertBefore(row, rows.children[place]); });
    return null;
  };
  const make = (key) => {
    const row = document.createElement("div");
    row.className = "row";
    row.setAttribute("role", "row");
    row.dataset.key = key;
    for (const name of columns) {
      const cell = document.createElement("div");
      cell.className = `c ${name}`;
      cell.setAttribute("role", "cell");
      cell.dataset.cell = name;
      row.append(cell);
    }
    return rows.appendChild(row);
  };
  const known = new Map([...rows.children].map((row) => [row.dataset.key, row]));
  board.patched.push((patch) => {
    let order = false;
    for (const { key, cells, is } of patch.rows) {
      let row = known.get(key);
      if (!row) { row = make(key); known.set(key, row); }
      for (const [name, markup] of Object.entries(cells)) board.replace(row.querySelector(`[data-cell="${name}"]`), markup);
      if (is) { order = true; for (const [name, value] of Object.entries(is)) row.setAttribute(name.replaceAll("_", "-"), value); }
    }
    const here = new Set(patch.rows.map((row) => row.key));
    for (const key of patch.all ? [...known.keys()].filter((key) => !here.has(key)) : patch.gone) { known.get(key)?.remove(); known.delete(key); order = true; }
    if (order || patch.rows.some((row) => "who" in row.cells)) filter();
    if (order) sort();
  });

  rows.addEventListener("pointermove", () => { moved = performance.now(); });
  rows.addEventListener("pointerdown", () => { moved = performance.now(); });
  rows.addEventListener("keydown", (event) => {
    const names = [...rows.querySelectorAll(".row:not([hidden]) .name")];
    const row = document.activeElement.closest(".row");
    const place = names.indexOf(row && row.querySelector(".name"));
    const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined || place < 0) return;
    event.preventDefault();
    moved = performance.now();
    names[Math.max(0, Math.min(names.length - 1, to))].focus();
  });
  rows.addEventListener("click", (event) => {
    const star = event.target.closest("[data-star]");
    if (star) {
      const key = star.dataset.star;
      if (!stars.delete(key)) stars.add(key);
      try { localStorage.setItem("mine", JSON.stringify([...stars])); } catch { /* storage is disabled */ }
      filter();
    } else if (!event.target.closest("a, button") && !String(getSelection())) {
      event.target.closest(".row")?.querySelector(".name")?.click();
    }
  });
  document.querySelectorAll("[data-filter]").forEach((tile) => tile.addEventListener("click", () => {
    const name = tile.dataset.filter;
    if (!wanted.advised.delete(name)) wanted.advised.add(name);
    keep("advised", [...wanted.advised].join(","));
    filter();
  }));
  for (const name of ["mine", "waits"]) document.getElementById(name).addEventListener("click", () => {
    wanted[name] = !wanted[name];
    keep(name, wanted[name] ? "yes" : "");
    filter();
  });
  if (![...unit.options].some((option) => option.value === wanted.unit)) wanted.unit = "";
  unit.value = wanted.unit;
  unit.addEventListener("change", () => { wanted.unit = unit.value; keep("unit", unit.value); filter(); });
  find.addEventListener("input", () => { wanted.find = find.value.trim().toLowerCase(); filter(); });
  filter();
  sort();
});
