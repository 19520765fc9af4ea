// A scale of colours that is as even to the eye, and to eyes that see fewer colours.

const STOPS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];

/** The colour at a place between 0 and 1 (viridis, by Smith and van der Walt, in ten steps). */
export function viridis(place: number): string {
  const scaled = Math.max(0, Math.min(1, place)) * (STOPS.length - 1);
  const at = Math.min(Math.floor(scaled), STOPS.length - 2);
  const part = scaled - at;
  const channels = [1, 3, 5].map((offset) => {
    const channel = (stop: string) => parseInt(stop.slice(offset, offset + 2), 16);
    return Math.round(channel(STOPS[at]!) * (1 - part) + channel(STOPS[at + 1]!) * part);
  });
  return `rgb(${channels.join(" ")})`;
}
