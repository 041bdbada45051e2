export const OPERATOR = 'k6-operator' as const
/** The namespace that the operator's own distribution uses. */
export const OPERATOR_NAMESPACE = 'k6-operator-system'

/** Images of the operator, of the pods that it starts, and of the prober beside them. */
export const CLIENT_IMAGES = ['grafana/k6-operator', 'grafana/k6-operator-starter', 'grafana/k6', 'meshdrill/node']
