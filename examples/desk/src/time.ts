/** Days and times as people in the shop read them. NDR exists for India only, which has one time zone and no summer time. */
const ZONE = 'Asia/Kolkata';
const OFFSET = '+05:30';
const OFFSET_MINUTES = 330;
/** A day alone leaves open when it starts, so a rescheduled delivery is requested for this time of the day. */
export const DELIVERY_TIME = '09:00';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const formats = {
  time: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  day: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'short' }),
  weekday: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'short' }),
};

/** `2026-03-01` */
export const dayOf = (time: Date): string => new Date(time.getTime() + OFFSET_MINUTES * 60_000).toISOString().slice(0, 10);

/** The day that is some days later. */
export const addDays = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);

/** The time at which delivery on a day is requested. */
export const deliveryOn = (day: string): string => `${day}T${DELIVERY_TIME}:00${OFFSET}`;

/** `1 Mar, 09:00` */
export const showTime = (iso: string): string => formats.time.format(new Date(iso));

/** `1 Mar` */
export const showDate = (day: string): string => formats.day.format(new Date(deliveryOn(day)));

/** `Sun 1 Mar` */
export const showDay = (day: string): string => `${formats.weekday.format(new Date(deliveryOn(day)))} ${showDate(day)}`;

/** How long it is until a time: `in 5 h`, `in 2 days`, `3 h ago`. */
export function showDistance(iso: string, now: Date): string {
  const distance = Date.parse(iso) - now.getTime();
  const size = Math.abs(distance);
  let words = 'under 1 h';
  if (size >= 2 * DAY) words = `${Math.floor(size / DAY)} days`;
  else if (size >= HOUR) words = `${Math.floor(size / HOUR)} h`;
  return distance < 0 ? `${words} ago` : `in ${words}`;
}
