// What a browser makes of a picture or a video before it is sent: a thumbnail, its mean colour, and a JPEG of what Pinterest
// does not take as it is.

const LONGEST_SIDE = 480;
const MOST_BYTES = 60_000;
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

// A video that shows nothing by then goes without.
const PATIENCE_MS = 8_000;

// Many videos begin with a black picture.
const FRAME_S = 1;

/** `{blob, color}` of an image or a video; null where this browser cannot read it. */
export async function thumbnailOf(file, isVideo) {
  try {
    return isVideo ? await ofVideo(file) : await ofImage(file);
  } catch {
    return null;
  }
}

/** An image that the browser can read and Pinterest does not take, as a JPEG; null where it cannot be read. */
export async function asJpeg(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const blob = await encoded(drawn(image, image.width, image.height), 0.9);
    image.close();
    return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
  } catch {
    return null;
  }
}

async function ofImage(file) {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    return await small(image, image.width, image.height);
  } finally {
    image.close();
  }
}

async function ofVideo(file) {
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  const happens = (name) => new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(name)), PATIENCE_MS);
    video.addEventListener(name, () => (clearTimeout(timer), done()), { once: true });
    video.addEventListener('error', () => (clearTimeout(timer), fail(video.error)), { once: true });
  });
  try {
    Object.assign(video, { muted: true, playsInline: true, preload: 'auto' });
    const isLoaded = happens('loadeddata');
    video.src = url;
    await isLoaded;
    const isThere = happens('seeked');
    video.currentTime = Math.min(FRAME_S, video.duration / 2);
    await isThere;
    return await small(video, video.videoWidth, video.videoHeight);
  } finally {
    video.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

async function small(source, width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const side = (length) => Math.max(1, Math.round(length * scale));
  const canvas = drawn(source, side(width), side(height));
  for (const quality of QUALITIES) {
    const blob = await encoded(canvas, quality);
    if (blob.size <= MOST_BYTES) return { blob, color: meanColor(canvas) };
  }
  return null;
}

function drawn(source, width, height) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  // A JPEG has nothing to see through.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

function encoded(canvas, quality) {
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('toBlob'))), 'image/jpeg', quality));
}

function meanColor(canvas) {
  const side = 8;
  const mean = drawn(canvas, side, side).getContext('2d').getImageData(0, 0, side, side).data;
  const channel = (first) => {
    let sum = 0;
    for (let at = first; at < mean.length; at += 4) sum += mean[at];
    return Math.round(sum / (side * side)).toString(16).padStart(2, '0');
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}
