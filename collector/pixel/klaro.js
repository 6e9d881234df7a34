// Klaro drives the consent: data-banner="klaro". It asks for services, each with its purposes; one of our purposes is
// allowed when there are services for it and all of them are.
import { follow, present } from "./follow.js";

const NAMES = { statistics: ["statistics", "analytics"], marketing: ["marketing", "advertising"] };

/** Whether all services with one of these purposes are allowed; a service called "sikdatne" alone decides on statistics. */
function allowed({ config, consents }, purpose) {
  const serves = ({ name, purposes = [] }) => purposes.some((each) => NAMES[purpose].includes(each)) && name != "sikdatne";
  const own = purpose == "statistics" && config.services.filter(({ name }) => name == "sikdatne");
  const services = own && own.length ? own : config.services.filter(serves);
  return services.length > 0 && services.every(({ name }) => consents[name]);
}

export const show = follow("klaro", async (settle) => {
  const klaro = await present(() => window.klaro?.getManager && window.klaro), manager = klaro?.getManager();
  const read = () => {
    if (manager.confirmed) settle(allowed(manager, "statistics"), allowed(manager, "marketing")).catch(() => {});
  };
  // "saveConsents" comes when the visitor answered, before the answer counts as confirmed.
  manager?.watch({ update: (_manager, name) => { if (name == "saveConsents") setTimeout(read); } });
  if (manager) read();
}, async () => (await present(() => window.klaro))?.show(undefined, true));
