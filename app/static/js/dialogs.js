// Dialogs of the page, and cards fetched for a term.
export function showDialog(dialog) {
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
}

function closeDialog(dialog) {
  if (dialog.close) dialog.close();
  else dialog.removeAttribute("open");
}

export function improveDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    const closer = event.target.closest("[data-dialog-close]");
    if (dialog) {
      event.preventDefault();
      showDialog(dialog);
    } else if (closer || event.target.matches?.("dialog[open]")) {
      const open = event.target.closest("dialog[open]");
      if (!open) return;
      event.preventDefault();
      closeDialog(open);
    }
  });
}
