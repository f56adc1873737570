// Set day or night before anything is rendered: as chosen, else by the system, else by the site's clock.
"use strict";
(() => {
  const ORDER = ["auto", "day", "night"];
  const kept = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };
  const hour = () => {
    const zone = document.documentElement.dataset.zone;
    return Number(new Intl.DateTimeFormat("en-GB", { hour: "numeric", hour12: false, timeZone: zone }).format(new Date()));
  };
  const dark = () => matchMedia("(prefers-color-scheme: dark)").matches || hour() >= 20 || hour() < 7;
  const put = () => {
    const chosen = kept();
    document.documentElement.dataset.theme = chosen === "auto" ? (dark() ? "night" : "day") : chosen;
    const button = document.getElementById("theme");
    if (button) {
      const says = { auto: "Auto", day: "Day", night: "Night" }[chosen];
      button.textContent = says;
      button.setAttribute("aria-label", `Colours: ${says}. Change`);
    }
  };
  put();
  document.addEventListener("DOMContentLoaded", () => {
    put();
    setInterval(put, 60000);
    const button = document.getElementById("theme");
    if (button) button.addEventListener("click", () => {
      const next = ORDER[(ORDER.indexOf(kept()) + 1) % ORDER.length];
      try { localStorage.setItem("theme", next); } catch { /* storage is disabled */ }
      put();
    });
  });
})();
