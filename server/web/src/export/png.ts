// A picture of a figure, twice as large, which tells where it came from.

/** The SVG as PNG, with the address of the view as `Source` in its metadata. */
export async function pngOf(svg: string, url: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser draws no pictures");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("this browser writes no PNG");
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return new Blob([withText(bytes, "Source", url)], { type: "image/png" });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The signature and the header, behind which other chunks may stand. */
const HEAD = 8 + 25;

/** A PNG with a chunk of international text behind its header. */
export function withText(png: Uint8Array, key: string, text: string): Uint8Array<ArrayBuffer> {
  // Not compressed, in no language: the keyword, and five zeros before the text.
  const content = new TextEncoder().encode(`iTXt${key}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(content.length + 4, crc32(content));
  const joined = new Uint8Array(png.length + chunk.length);
  joined.set(png.subarray(0, HEAD));
  joined.set(chunk, HEAD);
  joined.set(png.subarray(HEAD), HEAD + chunk.length);
  return joined;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
