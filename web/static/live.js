// Keeps what is shown as the service has it: a stream says that something has changed, and the page reads itself anew.
const QUIET = 400; // milliseconds between two readings, however much happens

export function follow(page) {
  const place = page.querySelector("[data-live]");
  if (!place) return;
  let waiting = false;
  const stream = new EventSource(place.dataset.live);
  stream.addEventListener("changed", (event) => {
    if (waiting || event.data === place.dataset.version) return;
    waiting = true;
    setTimeout(() => { waiting = false; renew(page, place); }, QUIET);
  });
}

async function renew(page, place) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  const at = page.activeElement?.matches?.(".row") ? page.activeElement.getAttribute("href") : null;
  for (const part of ["[data-list]", ".tabs"]) {
    const now = other.querySelector(part), was = place.querySelector(part);
    if (now && was) was.replaceWith(page.adoptNode(now));
  }
  place.dataset.version = other.querySelector("[data-live]")?.dataset.version ?? "";
  if (at) page.querySelector(`.row[href="${CSS.escape(at)}"]`)?.focus();
  announce(page, other);
}

function announce(page, other) {
  const count = other.querySelector(".tab[aria-current] .count")?.textContent.trim();
  const said = page.querySelector("[data-announce]");
  if (count !== undefined && said) said.textContent = `${count} waiting`;
}
