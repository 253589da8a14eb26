// Draws so many pictures and uploads them; answers the ids of the files.
const [token, count, done] = arguments;
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const post = (path, body) => fetch(path, { method: 'POST', headers, body }).then((answer) => answer.json());

function draw(number) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 1200 });
  const context = canvas.getContext('2d');
  const ground = context.createLinearGradient(0, 0, 800, 1200);
  ground.addColorStop(0, `hsl(${number * 47} 70% 82%)`);
  ground.addColorStop(1, `hsl(${number * 47 + 40} 60% 55%)`);
  context.fillStyle = ground;
  context.fillRect(0, 0, 800, 1200);
  // A cake from above, with as many pieces as its number has.
  for (let piece = 0; piece < number + 3; piece += 1) {
    const [from, to] = [piece, piece + 1].map((at) => (2 * Math.PI * at) / (number + 3));
    context.fillStyle = `hsl(${number * 47 + piece * 9} 45% ${piece % 2 ? 92 : 35}%)`;
    context.beginPath();
    context.moveTo(400, 600);
    context.arc(400, 600, 280, from, to);
    context.fill();
  }
  return new Promise((drawn) => canvas.toBlob(drawn, 'image/jpeg', 0.85));
}

async function upload(number) {
  const picture = await draw(number);
  const file = await post('/v1/media', JSON.stringify({ content_type: 'image/jpeg', size: picture.size }));
  await fetch(file.upload.url, { method: 'PUT', headers: file.upload.headers, body: picture });
  await post(`/v1/media/${file.id}/complete`);
  return file.id;
}

(async () => {
  const ids = [];
  for (let number = 1; number <= count; number += 1) ids.push(await upload(number));
  done(ids);
})();
