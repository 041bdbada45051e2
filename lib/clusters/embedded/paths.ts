/**
 * The one embedded lab of this machine: its hosts' files, its state, its logs. Gone when the lab is. Not in a user's cache:
 * network devices and cgroups are the machine's too, and whoever comes next must find what is there.
 */
export const labFolder = (): string => '/var/lib/meshdrill/lab'
