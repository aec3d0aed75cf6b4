//! The addresses by which other machines of the network reach this one.

use std::net::IpAddr;

/// The addresses of this machine in its networks, the short ones (IPv4) and those of home and office networks first; none
/// if the system does not tell. They can change: they are those of now.
pub fn lan_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let up = interfaces.iter().filter(|interface| interface.is_oper_up() && !interface.is_p2p());
    sorted(up.map(|interface| (interface.name.as_str(), interface.ip())).collect())
}

fn sorted(mut found: Vec<(&str, IpAddr)>) -> Vec<IpAddr> {
    // An address of a link alone is none without the name of an interface, which no browser takes.
    let is_of_link = |address: &IpAddr| match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let is_private = |address: &IpAddr| match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    };
    found.retain(|(_, address)| {
        !address.is_loopback() && !is_of_link(address) && !address.is_unspecified() && !address.is_multicast()
    });
    // Containers and virtual machines have networks of their own, in which there is no phone.
    let virtual_ones = ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "podman", "cni"];
    let rank = |(name, address): &(&str, IpAddr)| {
        let is_virtual = virtual_ones.iter().any(|start| name.starts_with(start));
        (is_virtual, address.is_ipv6(), !is_private(address), *address)
    };
    found.sort_by_key(rank);
    let mut addresses: Vec<IpAddr> = found.into_iter().map(|(_, address)| address).collect();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_phone_can_reach_comes_first() {
        let found = [
            ("lo", "127.0.0.1"),
            ("docker0", "172.17.0.1"),
            ("eth1", "8.8.8.8"),
            ("eth0", "169.254.3.4"),
            ("wlan0", "192.168.1.7"),
            ("eth2", "10.0.0.5"),
            ("tap", "0.0.0.0"),
            ("lo", "::1"),
            ("eth0", "fe80::1"),
            ("eth0", "2001:db8::7"),
            ("eth0", "fd00::2"),
        ];
        let found = found.map(|(name, address)| (name, address.parse().unwrap())).to_vec();
        let sorted: Vec<String> = sorted(found).iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["10.0.0.5", "192.168.1.7", "8.8.8.8", "fd00::2", "2001:db8::7", "172.17.0.1"]);
    }
}
