// Natural Earth's projection as a polynomial: the whole world without the blown-up north of Mercator. Degrees in and out
// on the one side; on the other, units that the chart scales as it needs, with the north up (negative).
const RADIANS = Math.PI / 180;
const across = [0.8707, -0.131979, -0.013791, 0.003971, -0.001529]; // of latitude to the powers 0, 2, 4, 10, 12
const up = [1.007226, 0.015085, -0.044475, 0.028874, -0.005916]; // of latitude to the powers 1, 3, 7, 9, 11

function width(y2) {
  const y4 = y2 * y2;
  const y10 = y4 * y4 * y2;
  return across[0] + y2 * across[1] + y4 * across[2] + y10 * across[3] + y10 * y2 * across[4];
}

function height(y) {
  const y2 = y * y;
  const y6 = y2 * y2 * y2;
  return y * (up[0] + y2 * up[1] + y6 * (up[2] + y2 * up[3] + y2 * y2 * up[4]));
}

export function project([longitude, latitude]) {
  const y = latitude * RADIANS;
  return [longitude * RADIANS * width(y * y), -height(y)];
}

export function unproject([x, y]) {
  let latitude = -y;
  for (let round = 0; round < 12; round += 1) {
    latitude -= (height(latitude) + y) / ((height(latitude + 1e-6) - height(latitude - 1e-6)) / 2e-6);
  }
  return [x / width(latitude * latitude) / RADIANS, latitude / RADIANS];
}
