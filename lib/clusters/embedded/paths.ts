/**
 * Folder of the only embedded lab of this machine: its hosts' files, its state, its logs. It is removed with the lab. It is not in
 * a user's cache: the lab's network devices and cgroups belong to the machine, so every user must find the lab.
 */
export const labFolder = (): string => '/var/lib/meshdrill/lab'
