// What JavaScript adds to the pages. Everything works without it.
import { copyPlainWords } from "./copying.js";
import { improveForms } from "./forms.js";
import { improveLesson } from "./lesson.js";
import { improveMenus } from "./menus.js";
import { improveDialogs } from "./dialogs.js";
import { improveOrdering } from "./ordering.js";
import { keepPlace } from "./place.js";

improveMenus();
improveDialogs();
improveForms();
improveOrdering();
improveLesson();
keepPlace();
copyPlainWords();
