"use strict";
// What is live, and what is lit. Everything else is there without this file.

// ---- what is new: the stream says that something was stored, and the part of the page is asked for again ----
function follow(live) {
  const says = live.querySelector(".says");
  const into = document.getElementById(live.dataset.into);
  let waits = null, last = 0, stories = new Set(known(into));
  const source = new EventSource(live.dataset.stream);
  live.hidden = false;
  let was = false;
  source.onopen = () => { live.classList.remove("away"); says.textContent = "live"; if (was) soon(); was = true; };
  source.onerror = () => {
    live.classList.add("away"); says.textContent = "not connected, trying again";
    // After an answer that is no stream a browser gives up by itself.
    if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(() => follow(live), 10000); }
  };
  source.addEventListener("article", soon);
  source.addEventListener("gap", soon);

  function soon() {
    // A busy wire would have the page drawn anew with every article.
    if (waits === null) waits = setTimeout(renew, Math.max(150, 2000 - (Date.now() - last)));
  }
  async function renew() {
    last = Date.now();
    try {
      const answer = await fetch(live.dataset.part, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const focused = into.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        into.innerHTML = await answer.text();
        for (const one of into.querySelectorAll(".story")) {
          const address = one.querySelector("a").getAttribute("href");
          if (!stories.has(address)) one.classList.add("fresh");
        }
        stories = new Set(known(into));
        if (focused !== null) for (const one of into.querySelectorAll("a")) if (one.getAttribute("href") === focused) { one.focus(); break; }
      }
    } catch { /* it is tried again with the next article */ }
    waits = null;
  }
}
function known(part) { return [...part.querySelectorAll(".story h2 a")].map((one) => one.getAttribute("href")); }

// ---- an entity lights up wherever it is named ----
function light(on) {
  return (event) => {
    const one = event.target.closest("[data-entity]");
    if (one === null) return;
    for (const other of document.querySelectorAll(`[data-entity="${one.dataset.entity}"]`)) other.classList.toggle("lit", on);
  };
}

// ---- a part that changes by itself, such as the pipeline's figures ----
function again(part) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(part.dataset.again, { headers: { accept: "text/html" } });
      if (answer.ok) part.innerHTML = await answer.text();
    } catch { /* the next one comes */ }
  }, 2000);
}

const live = document.getElementById("live");
if (live !== null && "EventSource" in window) follow(live);
for (const part of document.querySelectorAll("[data-again]")) again(part);
for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) document.addEventListener(name, light(on));
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.querySelector(".find input").focus();
  }
});
