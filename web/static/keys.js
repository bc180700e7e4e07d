// Keys: each is one letter, alone, and does what a click on something on the page would do.
const HELP = [
  ["j / k", "next, previous"], ["o or Enter", "open"], ["/", "search"], ["a", "approve"], ["e", "edit"], ["r", "reject"],
  ["m", "answer yourself"], ["u", "back to the inbox"], ["?", "these keys"],
];

export function listen(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const done = act(page, event.key);
    if (done) event.preventDefault();
  });
}

function typing(element) {
  return element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName);
}

function act(page, key) {
  if (key === "?") return help(page);
  if (key === "j" || key === "k") return move(page, key === "j" ? 1 : -1);
  if (key === "o") return page.activeElement?.matches(".row") ? (page.activeElement.click(), true) : false;
  const wanted = page.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return wanted ? use(wanted) : false;
}

function use(wanted) {
  if (wanted.tagName === "DETAILS") {
    wanted.open = true;
    wanted.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  } else if (typing(wanted)) {
    wanted.focus();
  } else if (wanted.matches(".edit button")) {
    wanted.form.querySelector("textarea").focus();
  } else {
    wanted.click();
  }
  return true;
}

function move(page, by) {
  const rows = [...page.querySelectorAll(".row")];
  if (!rows.length) return false;
  const at = rows.indexOf(page.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  return true;
}

function help(page) {
  const found = page.querySelector("dialog.help") ?? made(page);
  if (found.open) found.close(); else found.showModal();
  return true;
}

function made(page) {
  const dialog = page.createElement("dialog"), title = page.createElement("h2"), list = page.createElement("dl");
  dialog.className = "help";
  title.textContent = "Keys";
  for (const [key, what] of HELP) {
    const name = page.createElement("dt"), said = page.createElement("dd"), mark = page.createElement("kbd");
    mark.textContent = key;
    name.append(mark);
    said.textContent = what;
    list.append(name, said);
  }
  dialog.append(title, list);
  page.body.append(dialog);
  return dialog;
}
