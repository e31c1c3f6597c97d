// Every option of the first Luna's command line, by command: scripts use them.

export const legacyOptions: Readonly<Record<string, string>> = {
  'cluster show': '-R --raw -C --comment',
  'cluster init': '--frontend_address --nodeprefix --nodedigits --user --path',
  'cluster change':
    '-p --nodeprefix -d --nodedigits --path --user --frontend_address --frontend_port --frontend_https --server_port ' +
    '--tracker_interval --tracker_min_interval --tracker_maxpeers --torrent_listen_port_min --torrent_listen_port_max ' +
    '--torrent_pidfile --lweb_num_proc --lweb_pidfile --cluster_ips --named_include_file --named_zone_dir -C --comment',
  'cluster makedns': '',
  'cluster sync': '',
  'cluster listmacs': '',
  'cluster delete': '--force',
  'cluster makedhcp': '-N --network -s --start_ip -e --end_ip --native_dhcp_ha',
  'osimage list': '',
  'osimage delete': '',
  'osimage rename': '--newname --nn',
  'osimage sync': '',
  'osimage show':
    '-R --raw -p --path -k --kernver -o --kernopts -e --grab_exclude_list -f --grab_filesystems -C --comment',
  'osimage add': '-n --name -p --path -k --kernver -o --kernopts',
  'osimage change':
    '-k --kernver -o --kernopts -d --dracutmodules -m --kernmodules -p --path -e --grab_exclude_list ' +
    '-f --grab_filesystems -C --comment',
  'osimage pack': '-i --image -b --boot -c --copy_boot',
  'osimage grab': '-H --host -d --dry_run -v --verbose',
  'osimage clone': '-t --to -p --path',
  'bmcsetup list': '',
  'bmcsetup show': '-R --raw -C --comment',
  'bmcsetup rename': '--newname --nn',
  'bmcsetup delete': '',
  'bmcsetup add': '-n --name -u --user -p --password -I --userid -N --netchannel -M --mgmtchannel',
  'bmcsetup change': '-u --user -p --password -I --userid -N --netchannel -M --mgmtchannel -C --comment',
  'network list': '',
  'network delete': '',
  'network rename': '--newname --nn',
  'network show': '-R --raw -r --reservedips -C --comment',
  'network add': '-n --name -N --network -P --prefix --ns_hostname --ns_ip',
  'network change':
    '-N --network -P --prefix -R --reserve --release --ns_hostname --ns_ip --include --rev_include -C --comment',
  'group list': '',
  'group delete': '',
  'group rename': '--newname --nn',
  'group clone': '-t --to',
  'group show':
    '-R --raw -o --osimage --prescript --pre --postscript --post --partscript --part -b --bmcsetup -i --interface ' +
    '-C --comment',
  'group add': '-n --name -o --osimage -N --network -b --bmcsetup -bn --bmcnetwork',
  'group change':
    '-o --osimage -d --domain --prescript --pre --postscript --post --partscript --part -b --bmcsetup --torrent_if --ti ' +
    '-C --comment -i --interface -A --add -D --delete --setnet --sn --delnet --dn --rename --nn -e --edit',
  'node list': '-g --group -1 --one-line',
  'node show': '-R --raw -C --comment -s --script',
  'node add': '-n --name -g --group',
  'node change':
    '-g --group -i --interface --mac -s --switch -p --port -l --localboot --setupbmc --sb --service --sv -C --comment',
  'node rename': '--newname --nn',
  'node delete': '',
  'switch list': '',
  'switch show': '-R --raw -C --comment',
  'switch rename': '--newname --nn',
  'switch delete': '',
  'switch add': '-n --name -N --network -i --ip -r --read -w --rw -o --oid',
  'switch change': '-N --network -i --ip -r --read -w --rw -o --oid -C --comment',
  'otherdev list': '',
  'otherdev show': '-R --raw -C --comment',
  'otherdev rename': '--newname --nn',
  'otherdev delete': '',
  'otherdev add': '-n --name -N --network -i --ip',
  'otherdev change': '-N --network -i --ip -C --comment',
}
