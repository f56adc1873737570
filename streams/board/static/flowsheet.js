// The flowsheet: panels under one time axis, drawn as SVG from the server's JSON; hover, touch or arrow keys read the values.
"use strict";
const flowsheet = (() => {
  const NS = "http://www.w3.org/2000/svg", LEFT = 46, RIGHT = 70, ROW = 12, ROWS = 3, HOUR = 3600000;
  const HEIGHT = { pressure: 170, shifts: 84, fluids: 84, temperature: 96, creatinine: 90, platelets: 90, bilirubin: 90 };
  const svg = (name, attributes, ...inside) => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };
  const html = (name, className, ...inside) => { const element = document.createElement(name); element.className = className; element.append(...inside); return element; };
  // Three figures are read; more stand where three would put the value on, or beyond, a limit that it has not reached.
  const number = (value, limits = []) => {
    const short = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
    return String(limits.every((line) => Math.sign(short - line.at) === Math.sign(value - line.at)) ? short : Math.round(value * 10000) / 10000);
  };
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  const long = (text) => { if (!widths.has(text)) widths.set(text, pen.measureText(text).width); return widths.get(text); };
  const scaleOf = (place) => Number(getComputedStyle(place).getPropertyValue("--text-scale")) || 1;

  const values = (panel) => panel.series.flatMap((one) => (one.bars ? one.bars.map((bar) => bar.value) : one.points.map((point) => point[1])));
  const range = (panel) => {
    const found = [...values(panel), ...(panel.least || []), ...(panel.series.length && !panel.least ? panel.lines.map((line) => line.at) : [])];
    const low = Math.min(...found), high = Math.max(...found), air = (high - low) * 0.08 || 1;
    return panel.root || low === 0 ? [0, high + air] : [low - air, high + air];
  };
  const scales = (panel, sheet, width, height, head) => {
    const [low, high] = range(panel);
    const bend = panel.root ? Math.sqrt : (value) => value;
    const x = (at) => LEFT + ((at - sheet.start) / (sheet.end - sheet.start)) * (width - LEFT - RIGHT);
    const y = (value) => height - 16 - ((bend(Math.max(low, Math.min(high, value))) - bend(low)) / (bend(high) - bend(low))) * (height - 24 - head);
    return { x, y, low, high, head };
  };
  const ticks = (sheet, width) => {
    const steps = [1, 2, 4, 6, 12, 24, 48, 96], most = Math.max(2, Math.floor((width - LEFT - RIGHT) / 74));
    const step = (steps.find((hours) => (sheet.end - sheet.start) / (hours * HOUR) <= most) || 168) * HOUR;
    const found = [];
    for (let at = Math.ceil(sheet.start / HOUR) * HOUR; at <= sheet.end; at += HOUR) {
      const hour = Number(board.hour(at).slice(0, 2));
      if (step <= 24 * HOUR ? hour % (step / HOUR) === 0 : hour === 0 && Math.floor(at / (24 * HOUR)) % (step / (24 * HOUR)) === 0) found.push(at);
    }
    return found;
  };
  const tickText = (at) => (board.hour(at) === "00:00" ? board.day(at) : board.hour(at));
  const path = (points, x, y, step) => points.map(([at, value], place) => {
    const here = `${x(at).toFixed(1)},${y(value).toFixed(1)}`;
    return place === 0 ? `M${here}` : step ? `H${x(at).toFixed(1)}V${y(value).toFixed(1)}` : `L${here}`;
  }).join("");
  // A line is not drawn across a gap in charting: the values in it are unknown.
  const runs = (points) => {
    const gaps = points.slice(1).map((point, place) => point[0] - points[place][0]).sort((a, b) => a - b);
    const usual = Math.max(4 * HOUR, (gaps[Math.floor(gaps.length / 2)] || 0) * 3);
    return points.reduce((found, point, place) => {
      if (place && point[0] - points[place - 1][0] <= usual) found[found.length - 1].push(point); else found.push([point]);
      return found;
    }, []);
  };
  const level = (panel, value) => {
    const met = panel.lines.filter((line) => value <= line.at).map((line) => line.level);
    return ["urine", "shifts"].includes(panel.id) ? (met.includes("absolute") ? "absolute" : met.includes("relative") ? "relative" : "") : "";
  };

  // Heights from the top down, moved until each is a row below the one before, and none below the last.
  const apart = (heights, last) => heights.map((_, place) => place).sort((a, b) => heights[a] - heights[b]).reduceRight(({ found, below }, place, rank, order) => {
    found[place] = Math.min(below, Math.max(...order.slice(0, rank + 1).map((other, above) => heights[other] + (rank - above) * ROW)));
    return { found, below: found[place] - ROW };
  }, { found: [], below: last }).found;
  const lines = (panel, to, width, height) => {
    const seen = panel.lines.filter((line) => line.at >= to.low && line.at <= to.high);
    const at = apart(seen.map((line) => to.y(line.at) + 4), height - 18);
    return seen.flatMap((line, place) => [
      svg("line", { x1: LEFT, x2: width - RIGHT, y1: to.y(line.at), y2: to.y(line.at), class: `limit ${line.level}` }),
      svg("text", { x: width - RIGHT + 4, y: at[place], class: `limit-text ${line.level}` }, line.text),
    ]);
  };
  const bands = (panel, to, width) => panel.bands.map((band) => {
    const top = to.y(Math.min(band.to, to.high)), bottom = to.y(Math.max(band.from, to.low));
    return svg("rect", { x: LEFT, y: top, width: width - LEFT - RIGHT, height: Math.max(0, bottom - top), class: `band ${band.level}` });
  });
  const windows = (sheet, to, height) => sheet.windows.map(([start, end]) => {
    const from = Math.max(LEFT, to.x(start)), until = Math.max(from, Math.min(to.x(sheet.end), to.x(end)));
    return svg("rect", { x: from, y: 4, width: until - from, height: height - 20, class: "window" }, svg("title", {}, "4 to 6 h after a dose: the pressure is lowest"));
  });
  const doses = (sheet, to, height) => sheet.doses.map((dose) =>
    svg("line", { x1: to.x(dose.at), x2: to.x(dose.at), y1: 4, y2: height - 16, class: dose.given ? "dose" : "dose held" }));

  // Labels over a panel, none over another: `write` writes the entries of one label; those without room of their own share the label before.
  const inRows = (labels, write, rows, end) => {
    const free = Array(rows).fill(-Infinity);
    const placed = labels.map((entries) => {
      const text = write(entries), x = Math.max(LEFT + 1, Math.min(entries[0].x + 3, end - long(text)));
      const row = free.findIndex((edge) => edge <= x);
      if (row >= 0) free[row] = x + long(text) + 4;
      return { entries, text, x, row };
    });
    const failed = placed.findIndex((one) => one.row < 0);
    if (failed < 0) return placed;
    return inRows([...labels.slice(0, failed - 1), [...labels[failed - 1], ...labels[failed]], ...labels.slice(failed + 1)], write, rows, end);
  };
  const counted = (shape, count) => (count ? shape + (count > 1 ? count : "") : "");
  const doseWords = ([one]) => `${one.given ? "▼ dose" : "▽ held"}`;
  const doseMarks = (entries) => { const given = entries.filter((one) => one.given).length; return counted("▼", given) + counted("▽", entries.length - given); };
  const doseLabels = (sheet, x, end) => {
    const each = sheet.doses.map((dose) => [{ ...dose, x: x(dose.at), full: `${doseWords([dose])} ${board.when(dose.at)}` }]);
    const words = inRows(each, (entries) => (entries.length > 1 ? "" : doseWords(entries)), 1, end);
    return words.length === each.length ? words : inRows(each, doseMarks, ROWS, end);
  };
  const wordLabels = (panel, x, end) => {
    const each = (panel.texts || []).map(([at, words]) => [{ words, x: x(at), full: `${words} ${board.when(at)}` }]);
    return inRows(each, (entries) => entries[0].words + (entries.length > 1 ? ` +${entries.length - 1}` : ""), ROWS, end);
  };
  const written = (labels, above, style) => labels.map((one) =>
    svg("text", { x: one.x, y: 13 + (above + one.row) * ROW, class: style }, one.text, svg("title", {}, one.entries.map((entry) => entry.full).join(", "))));
  const rowsOf = (labels) => Math.max(0, ...labels.map((one) => one.row + 1));
  const unread = (sheet, to, height) => {
    const until = Math.min(sheet.since, sheet.end);
    return until > sheet.start ? [svg("rect", { x: LEFT, y: 4, width: to.x(until) - LEFT, height: height - 20, class: "unread" }, svg("title", {}, "Not read by this board"))] : [];
  };
  const bar = (panel, one, to, base) => {
    const left = Math.max(LEFT, to.x(one.from)), right = Math.max(left + 2, to.x(one.to) - 1), top = to.y(one.value);
    const classes = ["bar", one.running ? "" : level(panel, one.value), one.hollow || one.running ? "hollow" : "", one.mark ? "marked" : ""].filter(Boolean).join(" ");
    return svg("rect", { x: left, y: Math.min(top, base - 1.5), width: right - left, height: Math.max(1.5, base - top), class: classes }, svg("title", {}, `${number(one.value, panel.lines)} ${panel.unit} (${one.text})`));
  };
  const marks = (one, to) => {
    const at = new Map(one.points.map(([moment, value]) => [moment, value]));
    return Object.entries(one.rests || {}).flatMap(([subject, moments]) => moments.filter((moment) => at.has(moment)).map((moment) =>
      svg("circle", { cx: to.x(moment), cy: to.y(at.get(moment)), r: 4.5, class: "rest", "data-subject": subject })));
  };
  const curve = (panel, one, to, base) => {
    if (one.bars) return one.bars.map((held) => bar(panel, held, to, base));
    const step = one.draw === "step";
    const drawn = (step ? [one.points] : runs(one.points)).map((run) => svg("path", { d: path(run, to.x, to.y, step), class: `curve ${one.code}${step ? " step" : ""}` }));
    const few = !step && one.points.length <= 130 && one.code !== "mean-bp" && one.code !== "diastolic-bp";
    const dots = few ? one.points.map(([at, value]) => svg("circle", { cx: to.x(at), cy: to.y(value), r: 2.2, class: `dot ${one.code}` })) : [];
    return [...drawn, ...dots, ...marks(one, to)];
  };
  const axis = (sheet, to, width, height) => ticks(sheet, width).flatMap((at) => [
    svg("line", { x1: to.x(at), x2: to.x(at), y1: 4, y2: height - 16, class: "grid-line" }),
    svg("text", { x: to.x(at), y: height - 4, class: "tick" }, tickText(at)),
  ]);
  const scale = (to) => [to.low, to.high].map((value, place) => svg("text", { x: LEFT - 5, y: place ? 13 + to.head : to.y(value) - 3, class: "scale" }, to.high - to.low < 8 ? value.toFixed(1) : number(place ? Math.floor(value) : Math.ceil(value))));

  const says = (panel) => {
    const all = panel.series.filter((one) => one.points && one.points.length).map((one) => {
      const found = one.points.map((point) => point[1]), last = one.points[one.points.length - 1];
      return `${one.name}: latest ${number(last[1], panel.lines)} at ${board.when(last[0])}, lowest ${number(Math.min(...found), panel.lines)}, highest ${number(Math.max(...found), panel.lines)}`;
    });
    const bars = panel.series.filter((one) => one.bars).map((one) => `${one.bars.length} of ${one.name}, latest ${one.bars.at(-1).text}, ${number(one.bars.at(-1).value, panel.lines)} ${panel.unit}`);
    return `${panel.name}${panel.unit ? `, ${panel.unit}` : ""}. ${[...all, ...bars].join("; ") || "None charted in this time"}.`;
  };
  const latest = (panel) => {
    const one = panel.series[0];
    if (!one) return panel.before ? `${number(panel.before[1], panel.lines)} ${panel.unit} at ${board.when(panel.before[0])}` : "none charted";
    const value = one.bars ? one.bars.at(-1).value : one.points.at(-1)[1];
    return `${number(value, panel.lines)} ${panel.unit}`;
  };
  const figure = (panel, sheet, width, enlarged, named) => {
    const caption = html("figcaption", "", html("b", "", panel.name), " ", html("span", "latest", latest(panel)));
    const made = html("figure", `panel ${panel.id}${panel.series.length ? "" : " empty"}`, caption);
    made.dataset.panel = panel.id;
    if (!panel.series.length) return made;
    const across = (at) => LEFT + ((at - sheet.start) / (sheet.end - sheet.start)) * (width - LEFT - RIGHT);
    const given = named ? doseLabels(sheet, across, width - RIGHT) : [], noted = wordLabels(panel, across, width - RIGHT);
    const head = ROW * (rowsOf(given) + rowsOf(noted)), height = (HEIGHT[panel.id] || 110) + head;
    const to = scales(panel, sheet, width, height, head), base = to.y(to.low);
    const drawing = svg("svg", { width: width * enlarged, height: height * enlarged, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says(panel) },
      ...bands(panel, to, width), ...windows(sheet, to, height), ...unread(sheet, to, height), ...axis(sheet, to, width, height), ...lines(panel, to, width, height),
      ...panel.series.slice().reverse().flatMap((one) => curve(panel, one, to, base)), ...doses(sheet, to, height),
      ...written(given, 0, "dose-text"), ...written(noted, rowsOf(given), "word"), ...scale(to),
      svg("line", { x1: 0, x2: 0, y1: 4, y2: height - 16, class: "cross", visibility: "hidden" }));
    made.append(drawing);
    return made;
  };
  const key = () => html("p", "note key", "▼ dose given   ▽ held   ▼2 two at that time   shaded: 4 to 6 h after a dose   ○ what an open alert rests on");

  const at = (panel, moment) => panel.series.map((one) => {
    if (one.bars) { const held = one.bars.find((bar) => bar.from <= moment && moment <= bar.to); return held ? `${number(held.value, panel.lines)} ${panel.unit} (${held.text})` : ""; }
    if (one.draw === "step") { const before = one.points.filter((point) => point[0] <= moment).at(-1); return before ? `${number(before[1], panel.lines)} ${panel.unit}` : ""; }
    const near = one.points.reduce((best, point) => (Math.abs(point[0] - moment) < Math.abs((best || [Infinity])[0] - moment) ? point : best), null);
    return near ? `${panel.series.length > 1 ? `${one.name} ` : ""}${number(near[1], panel.lines)}${panel.series.length > 1 ? "" : ` ${panel.unit}`} at ${board.when(near[0])}` : "";
  }).filter(Boolean).join(", ");
  const point = (place, moment) => {
    const sheet = place.sheet;
    place.moment = Math.max(sheet.start, Math.min(sheet.end, moment));
    for (const panel of sheet.panels) {
      const made = place.querySelector(`[data-panel="${panel.id}"]`), drawing = made && made.querySelector("svg");
      if (!drawing) continue;
      const width = drawing.viewBox.baseVal.width, x = LEFT + ((place.moment - sheet.start) / (sheet.end - sheet.start)) * (width - LEFT - RIGHT);
      const cross = drawing.querySelector(".cross");
      cross.setAttribute("x1", x); cross.setAttribute("x2", x); cross.setAttribute("visibility", "visible");
      made.querySelector(".latest").textContent = at(panel, place.moment) || "none";
    }
    document.getElementById("reading").textContent = board.when(place.moment);
  };
  const leave = (place) => {
    place.moment = null;
    place.querySelectorAll(".cross").forEach((cross) => cross.setAttribute("visibility", "hidden"));
    for (const panel of place.sheet.panels) { const shown = place.querySelector(`[data-panel="${panel.id}"] .latest`); if (shown) shown.textContent = latest(panel); }
    document.getElementById("reading").textContent = "";
  };
  const moment = (place, event) => {
    const drawing = place.querySelector("svg");
    if (!drawing) return null;
    const box = drawing.getBoundingClientRect(), width = drawing.viewBox.baseVal.width;
    const share = (((event.clientX - box.left) / box.width) * width - LEFT) / (width - LEFT - RIGHT);
    return place.sheet.start + share * (place.sheet.end - place.sheet.start);
  };
  const listen = (place) => {
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", "Flowsheet. Arrow keys read the values");
    place.addEventListener("pointermove", (event) => { const found = moment(place, event); if (found !== null) point(place, found); });
    place.addEventListener("pointerleave", () => leave(place));
    place.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") leave(place);
      if (!step) return;
      event.preventDefault();
      point(place, (place.moment ?? place.sheet.end) + step * ((place.sheet.end - place.sheet.start) / 96));
    });
  };
  const draw = (place, sheet) => {
    if (!place.sheet) listen(place);
    place.sheet = sheet;
    const enlarged = scaleOf(place), width = Math.max(280, Math.floor(place.clientWidth / enlarged));
    pen.font = `11px ${getComputedStyle(place).fontFamily}`;
    const first = sheet.panels.find((panel) => panel.series.length);
    const drawn = sheet.panels.map((panel) => figure(panel, sheet, width, enlarged, panel === first));
    place.replaceChildren(...drawn.filter((made) => !made.classList.contains("empty")), key(), html("div", "empties", ...drawn.filter((made) => made.classList.contains("empty"))));
    if (place.moment != null) point(place, place.moment);
  };
  const stress = (place, subject) => {
    place.querySelectorAll(".rest").forEach((ring) => ring.classList.toggle("hot", ring.dataset.subject === subject));
    place.classList.toggle("stressed", !!subject && !!place.querySelector(".rest.hot"));
  };
  return { draw, stress };
})();
