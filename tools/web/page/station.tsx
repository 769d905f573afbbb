/** A station of the flow: how many came, how fast, how many wait, and how old the newest is. */
import type { JSX } from 'preact';
import { age, count, rate } from './format';
import { currentRate, ratePoints } from './samples';
import { Sparkline } from './sparkline';
import type { StationText } from './stations';
import { useStore } from './store';

/** Shows a station; it is red when its process is not up, and its edge moves while records come. */
export function StationCard({ text }: { readonly text: StationText }): JSX.Element {
  const { station, name, does, part } = text;
  const samples = useStore((state) => state.samples);
  const parts = useStore((state) => state.parts);
  const now = useStore((state) => state.now);
  const sample = samples.at(-1)?.stations[station];
  const own = part === undefined ? undefined : parts?.find((one) => one.name === part);
  const isDown = own !== undefined && own.state !== 'up';
  const flowing = (currentRate(samples, station) ?? 0) > 0;
  return (
    <li class={`station ${flowing ? 'flowing' : ''} ${isDown ? 'down' : ''}`}>
      <article aria-label={name}>
        <h3>{name}</h3>
        <p class="does">{does}</p>
        {isDown && <p class="state bad">{own.state}</p>}
        <dl>
          <div class="total">
            <dt class="hidden">Total</dt>
            <dd>{count(sample?.total)}</dd>
          </div>
          <div>
            <dt>Rate</dt>
            <dd>{rate(currentRate(samples, station))}</dd>
          </div>
          {sample?.lag !== null && (
            <div class={(sample?.lag ?? 0) > 0 ? 'waiting' : undefined}>
              <dt>Waiting</dt>
              <dd>{count(sample?.lag)}</dd>
            </div>
          )}
          {sample?.newest !== null && (
            <div>
              <dt>
                Age<span class="hidden"> of the newest row</span>
              </dt>
              <dd>{age(sample?.newest, now)}</dd>
            </div>
          )}
        </dl>
        <Sparkline points={ratePoints(samples, station)} />
      </article>
    </li>
  );
}
