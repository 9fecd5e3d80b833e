using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Replication.Core.Payloads;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using Replication.Protos.V1;

namespace Replication.Core.Tests.Reigns;

/// <summary>Epoch starts, configurations and state digests against the classes that protobuf generates.</summary>
public sealed class ControlEntryTests
{
    private static readonly Gen<EpochStart> Starts =
        from reign in Properties.Numbers.Where(number => number > 0)
        from node in Properties.Numbers
        from name in Properties.Names
        from requests in Gen.Choose(0, RequestMemory.MaxCapacity)
        select new EpochStart(reign, node, name, requests);

    private static readonly Gen<Configuration> Configurations =
        from nodes in Properties.Numbers.ListOf()
        from names in Properties.Names.ArrayOf(100)
        from quorum in Gen.Choose(0, 100)
        let voters = nodes.Distinct().Take(100).Select((node, i) => new Voter(node, names[i])).ToList()
        select new Configuration(voters, Math.Min(quorum, Math.Max(0, voters.Count - 1)));

    private static readonly Gen<Core.Records.StateDigestEntry> Digests =
        from high in Properties.Numbers
        from low in Properties.Numbers
        from records in Properties.Indexes
        select new Core.Records.StateDigestEntry(new StateDigest(new UInt128(high, low)), records);

    [Fact]
    public void Epoch_starts_are_the_same_bytes_and_values() => Properties.ForAll(Starts, ours =>
    {
        var theirs = new EpochStartEntry { ReignId = ours.ReignId, NodeId = ours.NodeId, NodeName = ours.NodeName, RequestsRemembered = (uint)ours.RequestsRemembered };

        Assert.Equal(theirs.ToByteArray(), ours.ToArray());
        Assert.Equal(ours, EpochStart.Read(theirs.ToByteArray()));
        Properties.ReadsOrRefuses(theirs.ToByteArray(), bytes => EpochStart.Read(bytes));
    });

    [Fact]
    public void Configurations_are_the_same_bytes_and_values() => Properties.ForAll(Configurations.Resize(12), ours =>
    {
        var theirs = new ConfigurationEntry { Quorum = (uint)ours.Quorum };
        theirs.Voters.AddRange(ours.Voters.Select(voter => new ConfigurationEntry.Types.Voter { NodeId = voter.NodeId, NodeName = voter.NodeName }));

        Assert.Equal(theirs.ToByteArray(), ours.ToArray());
        var read = Configuration.Read(theirs.ToByteArray());
        Assert.Equal<Voter>(ours.Voters, read.Voters);
        Assert.Equal(ours.Quorum, read.Quorum);
        Properties.ReadsOrRefuses(theirs.ToByteArray(), bytes => Configuration.Read(bytes));
    });

    [Fact]
    public void State_digests_are_the_same_bytes_and_values() => Properties.ForAll(Digests, ours =>
    {
        var digest = new byte[StateDigest.Size];
        ours.Digest.Write(digest);
        var theirs = new Protos.V1.StateDigestEntry { Digest = ByteString.CopyFrom(digest), Records = (ulong)ours.Records };

        Assert.Equal(theirs.ToByteArray(), ours.ToArray());
        Assert.Equal(ours, Core.Records.StateDigestEntry.Read(theirs.ToByteArray()));
        Properties.ReadsOrRefuses(theirs.ToByteArray(), bytes => Core.Records.StateDigestEntry.Read(bytes));
    });

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(1, 0, true)]
    [InlineData(1, 1, false)]
    [InlineData(3, 2, true)]
    [InlineData(3, 3, false)]
    [InlineData(3, -1, false)]
    public void A_quorum_is_at_most_the_other_voters(int voters, int quorum, bool possible)
    {
        var make = Xunit.Record.Exception(() => new Configuration(Enumerable.Range(1, voters).Select(node => new Voter((ulong)node, "n")), quorum));

        Assert.Equal(possible, make is null);
        if (!possible) Assert.IsType<ArgumentException>(make);
    }

    [Fact]
    public void What_is_no_control_entry_is_refused()
    {
        var twice = new ConfigurationEntry { Voters = { new ConfigurationEntry.Types.Voter { NodeId = 1 }, new ConfigurationEntry.Types.Voter { NodeId = 1 } } };
        var unreachable = new ConfigurationEntry { Quorum = uint.MaxValue };

        Assert.Throws<MalformedPayloadException>(() => Configuration.Read(twice.ToByteArray()));
        Assert.Throws<MalformedPayloadException>(() => Configuration.Read(unreachable.ToByteArray()));
        Assert.Throws<MalformedPayloadException>(() => EpochStart.Read(new EpochStartEntry { NodeId = 1 }.ToByteArray()));
        Assert.Throws<MalformedPayloadException>(() => Core.Records.StateDigestEntry.Read([]));
        Assert.Throws<MalformedPayloadException>(() =>
            Core.Records.StateDigestEntry.Read(new Protos.V1.StateDigestEntry { Digest = ByteString.CopyFrom(new byte[15]) }.ToByteArray()));
    }
}
