// Putting lines in order: one select per line without JavaScript, buttons up and down with it.
// <ol class="ordering" data-ordering data-up="Move up" data-down="Move down"> <li> … <select> </li>
function mover(symbol, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mover";
  button.textContent = symbol;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function improve(list) {
  const rows = () => [...list.children];
  const name = (row) => (row.querySelector("label, span") || row).textContent.trim();
  const number = () =>
    rows().forEach((row, index, all) => {
      row.querySelector("select").value = String(index + 1);
      row.querySelector(".place").textContent = `${index + 1}.`;
      const movers = row.querySelectorAll(".mover");
      movers[0].disabled = index === 0;
      movers[1].disabled = index === all.length - 1;
    });
  const move = (row, step, button) => {
    const other = rows()[rows().indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    number();
    (button.disabled ? row.querySelector(".mover:not([disabled])") : button).focus();
    for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  const chosen = (row) => Number(row.querySelector("select").value) || 99;
  rows().sort((a, b) => chosen(a) - chosen(b)).forEach((row) => list.append(row));
  for (const row of rows()) {
    const text = name(row);
    row.querySelector("select").hidden = true;
    const place = document.createElement("span");
    place.className = "place";
    row.prepend(place);
    const movers = document.createElement("div");
    movers.className = "movers";
    movers.append(
      mover("↑", `${list.dataset.up}: ${text}`, (event) => move(row, -1, event.currentTarget)),
      mover("↓", `${list.dataset.down}: ${text}`, (event) => move(row, 1, event.currentTarget)),
    );
    row.append(movers);
  }
  number(); // what is shown is what is sent, also when nobody moved a line
}

export function improveOrdering() {
  document.querySelectorAll("[data-ordering]").forEach(improve);
}
