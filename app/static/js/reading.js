// Reads QR codes from the phone's camera, one picture after the other.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const PAUSE = 150; // ms between two pictures
const WIDTH = 960; // pixels of the picture that is searched: a certificate's code is fine-grained

export function canRead() {
  return Boolean(navigator.mediaDevices?.getUserMedia) && typeof WebAssembly === "object";
}

export async function loadReader(wasm) {
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
}

export async function showCamera(video) {
  const wanted = { facingMode: "environment", width: { ideal: 1920 } };
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  await video.play();
}

// Gives every code in sight to `found`, until that returns true; then the camera goes off.
export function readFrom(video, found) {
  const canvas = document.createElement("canvas");
  const look = async () => {
    if (video.readyState >= video.HAVE_CURRENT_DATA && !document.hidden) {
      const scale = Math.min(1, WIDTH / video.videoWidth);
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
      const codes = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
      if (codes.some((code) => code.text && found(code.text))) {
        for (const track of video.srcObject.getTracks()) track.stop();
        return;
      }
    }
    setTimeout(look, PAUSE);
  };
  look();
}
