// Liveness and patches. The page is live only while the server's latest heartbeat says so and is younger than STALE.
"use strict";
const board = (() => {
  const STALE = 4000, SKEW = 30000;
  const data = document.body.dataset;
  const zone = document.documentElement.dataset.zone, wall = data.wall === "yes";
  const state = { offset: Number(data.now) - Date.now(), clock: Number(data.clock), beat: -Infinity, latest: null, since: null, gone: false };
  const title = document.title;
  const patched = [];
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  const hour = format({ hour: "2-digit", minute: "2-digit", hour12: false });
  const day = format({ day: "numeric", month: "short" });
  const full = format({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZoneName: "short" });

  // The server's time, whatever this machine's clock is; with the log as the clock, the log's time.
  const now = () => (wall ? Date.now() + state.offset : state.clock);

  const when = (at) => {
    const date = new Date(at);
    return day.format(date) === day.format(new Date(now())) ? hour.format(date) : `${day.format(date)} ${hour.format(date)}`;
  };
  const ago = (at) => {
    const s = Math.round((now() - at) / 1000);
    const span = (n) => (n < 60 ? `${n} s` : n < 7200 ? `${Math.floor(n / 60)} min` : n < 172800 ? `${Math.floor(n / 3600)} h` : `${Math.floor(n / 86400)} d`);
    return s < -59 ? `in ${span(-s)}` : `${span(Math.max(0, s))} ago`;
  };
  const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const dated = (root) => root.querySelectorAll("time[datetime]").forEach((element) => {
    const at = Date.parse(element.dateTime);
    if (!element.title) element.title = full.format(at);
    put(element, "age" in element.dataset ? ago(at) : when(at));
  });
  const ages = () => document.querySelectorAll("time[data-age]").forEach((element) => put(element, ago(Date.parse(element.dateTime))));

  const show = () => {
    const quiet = performance.now() - state.beat > STALE;
    const problems = state.gone ? ["This patient is not on the board any more: discharged, or never known."] : quiet ? ["The board does not answer. What you see may be out of date."] : state.latest.problems;
    const live = !problems.length;
    if (live) state.since = null; else state.since ??= Math.min(now(), now() - (quiet && Number.isFinite(state.beat) ? performance.now() - state.beat : 0));
    document.body.classList.toggle("dead", !live);
    document.body.classList.toggle("alive", live);
    document.title = live ? title : `NOT LIVE · ${title}`;
    put(document.getElementById("pill-shape"), live ? "●" : "✕");
    put(document.getElementById("pill-word"), live ? `live ${format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(new Date(now()))}` : "not live");
    const banner = document.getElementById("trust");
    if (banner.hidden !== live) banner.hidden = live;
    if (!live) put(document.getElementById("problem"), `${problems.join(" ")} Since ${when(state.since)}.`);
  };

  const beat = (event) => {
    const received = JSON.parse(event.data);
    state.latest = received;
    state.beat = performance.now();
    state.offset = received.now - Date.now();
    state.clock = received.clock;
    const newest = document.getElementById("newest");
    put(newest, received.newest === null ? "none" : ago(received.newest));
    newest.title = `Not live after ${received.patience} s of silence`;
    newest.dataset.patience = received.patience;
    const skew = document.getElementById("skew");
    skew.hidden = Math.abs(state.offset) < SKEW;
    if (!skew.hidden) put(skew, `This screen's clock is ${ago(now() - Math.abs(state.offset)).replace(" ago", "")} ${state.offset > 0 ? "slow" : "fast"}; times and ages here are the server's.`);
    const notices = document.getElementById("notices");
    if (notices) put(notices, received.notices.join(" "));
    document.querySelectorAll("[data-count]").forEach((element) => put(element, String(received.counts[element.dataset.count] || 0)));
    show();
  };

  // Replaces markup; an element in it that had the focus keeps it.
  const replace = (element, markup) => {
    const id = element.contains(document.activeElement) ? document.activeElement.id || document.activeElement.dataset.focus : null;
    const had = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    element.innerHTML = markup;
    dated(element);
    const again = id ? document.getElementById(id) : had ? element.querySelector(`[href="${CSS.escape(had)}"]`) : null;
    if (again) again.focus({ preventScroll: true });
  };

  // An ended session gets no stream: its page is reloaded, which redirects to the login.
  const again = async () => {
    const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
    if (answer && (answer.type === "opaqueredirect" || answer.status === 401)) location.reload(); else listen();
  };
  const listen = () => {
    const query = new URLSearchParams({ since: `${data.epoch}-${data.revision}` });
    if (data.key) query.set("patient", data.key);
    const source = new EventSource(`/events?${query}`);
    source.addEventListener("beat", beat);
    source.addEventListener("patch", (event) => { state.gone = false; const patch = JSON.parse(event.data); patched.forEach((follow) => follow(patch)); });
    source.addEventListener("gone", () => { state.gone = true; show(); });
    // A browser gives up on a response that is no stream, such as a proxy's while the board is down: connect again.
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) { setTimeout(again, 2000); } });
  };

  document.addEventListener("DOMContentLoaded", () => {
    dated(document);
    listen();
    setInterval(() => { show(); ages(); }, 1000);
    document.addEventListener("visibilitychange", show);
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  });
  return { now, when, ago, full: (at) => full.format(at), replace, dated, patched, key: data.key, token: data.token, zone, hour: (at) => hour.format(at), day: (at) => day.format(at), live: () => document.body.classList.contains("alive") };
})();
