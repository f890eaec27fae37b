// A phone that has opened a certificate once can check the next one without a network.
import { prepareOffline } from "../offline.js";

prepareOffline();
