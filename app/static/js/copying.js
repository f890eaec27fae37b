// The signs that keep Lao and Khmer lines right do not belong to the text that a reader copies.
export function copyPlainWords() {
  document.addEventListener("copy", (event) => {
    if (event.target instanceof Element && event.target.closest("input, textarea")) return;
    const chosen = String(document.getSelection());
    const plain = chosen.replace(/[\u200b\u2060]/g, "");
    if (!event.clipboardData || plain === chosen) return;
    event.clipboardData.setData("text/plain", plain);
    event.preventDefault();
  });
}
