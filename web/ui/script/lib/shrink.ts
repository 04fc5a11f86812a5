// A photo made small before it is kept and sent: at most 1600 pixels long, as
// JPEG. What the camera wrote beside the pixels does not survive the canvas;
// the server makes sure of it again.
const side = 1600;

/** Returns the picture, or undefined if this browser cannot open it. */
export async function shrink(file: Blob): Promise<Blob | undefined> {
  const url = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const scale = Math.min(1, side / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    const pen = canvas.getContext("2d")!;
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob((b) => done(b ?? undefined), "image/jpeg", 0.85));
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}
