/**
 * The app: what `cdk deploy` reads.
 *
 * BWP_EVENT_SOURCES   names of the partner event sources, with commas between
 * BWP_TARGET_ID       the business product, "TargetId" of the API credentials
 * BWP_ALARM_EMAIL     who hears of alarms
 */
import { App } from 'aws-cdk-lib';
import { EventsStack } from './stack.ts';

const { BWP_EVENT_SOURCES, BWP_TARGET_ID, BWP_ALARM_EMAIL } = process.env;
if (!BWP_EVENT_SOURCES || !BWP_TARGET_ID || !BWP_ALARM_EMAIL) {
  throw new Error('set BWP_EVENT_SOURCES, BWP_TARGET_ID and BWP_ALARM_EMAIL');
}

new EventsStack(new App(), 'BuyWithPrimeEvents', {
  eventSourceNames: BWP_EVENT_SOURCES.split(','),
  targetId: BWP_TARGET_ID,
  alarmEmail: BWP_ALARM_EMAIL,
});
