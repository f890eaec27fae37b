// Reads credentials as a JSON list from stdin and prints what a JSON schema finds wrong in each.
import { readFileSync } from "node:fs";
import Ajv2019 from "ajv/dist/2019.js";

const ajv = new Ajv2019.default({ strict: false, validateFormats: false, allErrors: true });
const fits = ajv.compile(JSON.parse(readFileSync(process.argv[2], "utf8")));
let input = "";
for await (const part of process.stdin) input += part;
const faults = JSON.parse(input).map((one) => (fits(one) ? [] : fits.errors.map((error) => `${error.instancePath} ${error.message}`)));
console.log(JSON.stringify(faults));
