// Switching the language keeps the place: the block in view goes with the link.
const blockInView = () =>
  [...document.querySelectorAll(".block[id]")].find((block) => block.getBoundingClientRect().bottom > 80);

export function keepPlace() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-language]");
    const block = link && blockInView();
    if (block && window.scrollY > 120) link.hash = block.id;
  });
}
