// The dialog of an action: names its subject, asks who and why, and says what became of it by the pager's or the worker's word.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const LABEL = { ack: "Acknowledge", silence: "Silence", resume: "Resume after a stop rule", accept: "Accept as known: not counted, not paged, up to this level", expire: "End the silence", "end-acceptance": "End the acceptance", mark: "Mark the page: was it of use?" };
  const outcome = document.getElementById("became");
  const dialog = document.getElementById("act"), form = document.getElementById("act-form"), error = document.getElementById("act-error");
  const by = document.getElementById("by"), reason = document.getElementById("reason"), why = document.getElementById("why"), text = document.getElementById("why-text");
  let about = null;

  const open = (button) => {
    about = { what: button.dataset.act, id: button.id, ...button.dataset };
    document.getElementById("act-title").textContent = LABEL[about.what];
    document.getElementById("act-says").textContent = about.says;
    document.getElementById("act-minutes").hidden = about.what !== "silence";
    document.getElementById("act-lasts").hidden = about.what !== "accept";
    document.getElementById("act-reason").hidden = document.getElementById("act-do").hidden = about.what === "mark";
    for (const option of document.getElementById("minutes").options) option.hidden = option.disabled = about.level === "absolute" && Number(option.value) > 60;
    form.querySelectorAll("[data-for]").forEach((quick) => { quick.hidden = quick.dataset.for !== about.what; });
    error.textContent = "";
    reason.value = "";
    if (by) try { by.value = localStorage.getItem("by") || by.value; } catch { /* storage is disabled */ }
    dialog.showModal();
    (by && !by.value ? by : form.querySelector("[data-for]:not([hidden])")).focus();
  };
  const send = async (because) => {
    if (by && !by.value.trim()) { error.textContent = "Say who you are."; return by.focus(); }
    if (!because.trim()) { error.textContent = "Say why."; return reason.focus(); }
    if (by) try { localStorage.setItem("by", by.value.trim()); } catch { /* storage is disabled */ }
    const fields = { token: board.token, patient: board.key, reason: because, by: by ? by.value : "", minutes: document.getElementById("minutes").value, lasts: document.getElementById("lasts").value };
    for (const name of ["alert", "level", "subject", "rule", "silence", "criterion"]) if (about[name]) fields[name] = about[name];
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    error.textContent = "";
    outcome.textContent = "";
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`/act/${about.what}`, { method: "POST", body: new URLSearchParams(fields), signal: AbortSignal.timeout(20000) });
      const reply = await answer.json().catch(() => ({}));
      if (answer.ok && reply.well) { outcome.textContent = `${about.says}: ${reply.became}`; return dialog.close(); }
      error.textContent = (answer.ok ? reply.became : reply.error) || `It is not done (${answer.status}).`;
    } catch {
      error.textContent = "The board did not answer. Whether it is done will show when the page is live again.";
    } finally {
      form.removeAttribute("aria-busy");
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
    }
    return null;
  };
  const explain = async (subject) => {
    text.textContent = "…";
    why.showModal();
    try {
      const answer = await fetch(`/patient/${board.key}/explain?${new URLSearchParams({ subject })}`);
      if (!answer.ok) throw new Error(String(answer.status));
      board.replace(text, await answer.text());
    } catch {
      text.textContent = "The board did not answer.";
    }
    text.focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act], [data-explain]");
    if (button && button.dataset.explain) explain(button.dataset.explain);
    else if (button && dialog) open(button);
  });
  document.getElementById("why-close").addEventListener("click", () => why.close());
  if (!dialog) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter && event.submitter.dataset.for ? event.submitter.value : reason.value);
  });
  document.getElementById("act-cancel").addEventListener("click", () => dialog.close());
});
