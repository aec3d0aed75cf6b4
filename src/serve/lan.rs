//! The addresses by which other machines of the network reach this one.

use std::net::{IpAddr, Ipv4Addr};

/// The IPv4 addresses of this machine in its networks, those of home and office networks first; none if the system
/// does not tell. They can change: they are those of now.
pub fn lan_addresses() -> Vec<Ipv4Addr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let up = interfaces.iter().filter(|interface| interface.is_oper_up() && !interface.is_p2p());
    let addresses = up.filter_map(|interface| match interface.ip() {
        IpAddr::V4(address) => Some((interface.name.as_str(), address)),
        IpAddr::V6(_) => None,
    });
    sorted(addresses.collect())
}

fn sorted(mut found: Vec<(&str, Ipv4Addr)>) -> Vec<Ipv4Addr> {
    found.retain(|(_, address)| {
        !address.is_loopback()
            && !address.is_link_local()
            && !address.is_unspecified()
            && !address.is_multicast()
    });
    // Containers and virtual machines have networks of their own, in which there is no phone.
    let virtual_ones = ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "podman", "cni"];
    let rank = |(name, address): &(&str, Ipv4Addr)| {
        (virtual_ones.iter().any(|start| name.starts_with(start)), !address.is_private(), *address)
    };
    found.sort_by_key(rank);
    let mut addresses: Vec<Ipv4Addr> = found.into_iter().map(|(_, address)| address).collect();
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
        ];
        let found = found.map(|(name, address)| (name, address.parse().unwrap())).to_vec();
        let sorted: Vec<String> = sorted(found).iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["10.0.0.5", "192.168.1.7", "8.8.8.8", "172.17.0.1"]);
    }
}
