// The official JavaScript SDK, unmodified, through what a deployment needs. Its models are types only, so what is
// checked here is that each call is understood and that the fields it is made for are there.
//
// Arguments: URL, client id, client secret, a flow's YAML file. Prints one JSON object: operation -> what is missing.
'use strict';
const fs = require('node:fs');
const sdk = require('purecloud-platform-client-v2');

const [url, id, secret, file] = process.argv.slice(2);
const where = new URL(url);
const found = {};

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function run(api, name, args, needs) {
  const answer = await api[name](...args);
  found[name] = needs.split(' ').filter((path) => {
    let value = answer;
    for (const part of path.split('.')) {
      value = Array.isArray(value) ? value[0] : value;
      value = value == null ? undefined : value[part];
    }
    return path && value == null;
  });
  return answer;
}

async function main() {
  const client = sdk.ApiClient.instance;
  client.setGateway({ host: where.hostname, protocol: 'http', port: Number(where.port) });
  const login = await client.loginClientCredentialsGrant(id, secret);
  found.login = login.accessToken ? [] : ['accessToken'];
  await run(new sdk.TokensApi(), 'getTokensMe', [], 'organization.id OAuthClient.id');
  await run(new sdk.OrganizationApi(), 'getOrganizationsMe', [], 'id name');
  const flows = new sdk.ArchitectApi();
  const listing = await run(
    flows, 'getFlows', [{ type: ['inboundcall', 'workflow'], pageSize: 500 }],
    'total pageCount entities.id entities.publishedVersion.id',
  );
  const flow = listing.entities.find((item) => item.name === 'Main line');
  await run(flows, 'getFlow', [flow.id], 'id name type publishedVersion.createdBy.id checkedInVersion.id');
  await run(flows, 'getFlowVersions', [flow.id], 'entities.id entities.configurationUri');
  await run(flows, 'getFlowVersion', [flow.id, '1.0'], 'id dateCreated datePublished');
  await run(flows, 'getFlowVersionConfiguration', [flow.id, '1.0'], 'name type flowSequenceItemList.menuChoiceList');
  await run(flows, 'getFlowLatestconfiguration', [flow.id], 'initialSequence');
  await run(flows, 'postFlowsActionsCheckout', [flow.id], 'lockedClient.id');
  await run(flows, 'postFlowsActionsUnlock', [flow.id], 'id');
  await run(flows, 'putFlow', [flow.id, { name: 'Main line', type: 'INBOUNDCALL', description: 'By JS' }], 'description');
  const job = await run(flows, 'postFlowsJobs', [{}], 'id presignedUrl headers selfUri');
  const upload = await fetch(job.presignedUrl, { method: 'PUT', headers: job.headers, body: fs.readFileSync(file) });
  found.upload = upload.status === 200 ? [] : [String(upload.status), await upload.text()];
  await pause(200);
  await run(flows, 'getFlowsJob', [job.id, { expand: ['messages'] }], 'status flow.id');
  const body = { flows: [{ flow: { id: flow.id }, exportType: 'Yaml' }] };
  const exported = await run(flows, 'postFlowsExportJobs', [body], 'id status totalFlows');
  await pause(200);
  const done = await run(flows, 'getFlowsExportJob', [exported.id, { expand: ['messages'] }], 'downloadUrl');
  const yaml = await (await fetch(done.downloadUrl)).text();
  found.download = yaml.startsWith('inboundCall:') ? [] : [yaml.slice(0, 100)];
  const named = 'total entities.id entities.name entities.selfUri';
  const routing = new sdk.RoutingApi();
  await run(routing, 'getRoutingQueues', [{ name: 'Sales' }], named);
  await run(routing, 'getRoutingSkills', [{ name: 'Voice' }], named);
  await run(routing, 'getRoutingLanguages', [{ name: 'Dutch' }], named);
  await run(new sdk.IntegrationsApi(), 'getIntegrationsActions', [{ name: 'order' }], named);
  await run(flows, 'getArchitectPrompts', [{ name: ['please_wait'] }], named);
  await run(flows, 'getArchitectSystemprompts', [{ name: 'Nothing' }], 'pageNumber pageSize');
  await run(flows, 'getArchitectSchedules', [{ name: 'Weekdays' }], named);
  await run(flows, 'getArchitectSchedulegroups', [{ name: 'Opening hours' }], named);
  await run(flows, 'getArchitectEmergencygroups', [{ name: 'Fire' }], named);
  await run(flows, 'getFlowsDatatables', [{ name: 'Holidays' }], named);
  await run(flows, 'getArchitectIvrs', [{ name: 'Main number' }], `${named} entities.dnis entities.openHoursFlow.id`);
  await run(flows, 'getArchitectDependencytrackingBuild', [], 'status');
  await run(
    flows, 'getArchitectDependencytrackingConsumingresources', [flow.id, 'INBOUNDCALLFLOW'], 'entities.id entities.type',
  );
  await run(
    flows, 'getArchitectDependencytrackingConsumedresources', [flow.id, '2.0', 'INBOUNDCALLFLOW'], 'entities.type',
  );
  await run(flows, 'postFlowsActionsPublish', [flow.id, { version: '1.0' }], 'id actionName client.id');
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
