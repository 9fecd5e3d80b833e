using System.Collections.Immutable;
using System.Text;
using Replication.Core.Payloads;

namespace Replication.Core.Reigns;

/// <summary>A node that may become primary.</summary>
/// <param name="NodeId">Its identity.</param>
/// <param name="NodeName">Its name, for people.</param>
public readonly record struct Voter(ulong NodeId, string NodeName);

/// <summary>
/// Who may become primary, and how many other voters must have synced an entry before it is committed. The payload of a
/// configuration entry: <c>ConfigurationEntry</c> of log.proto.
/// </summary>
public sealed class Configuration
{
    private const int VotersField = 1;
    private const int QuorumField = 2;
    private const int NodeField = 1;
    private const int NameField = 2;

    /// <summary>Makes a configuration.</summary>
    /// <param name="voters">Each node once.</param>
    /// <param name="quorum">0 to voters - 1; 0 when there are no voters.</param>
    /// <exception cref="ArgumentException">The quorum cannot be reached, or a voter is named twice.</exception>
    public Configuration(IEnumerable<Voter> voters, int quorum)
    {
        Voters = [.. voters];
        Quorum = quorum;
        if (quorum < 0 || quorum > Math.Max(0, Voters.Length - 1))
            throw new ArgumentException($"A quorum of {quorum} cannot be reached by {Voters.Length} voters.", nameof(quorum));
        if (Voters.DistinctBy(voter => voter.NodeId).Count() != Voters.Length)
            throw new ArgumentException("A voter is named twice.", nameof(voters));
    }

    /// <summary>Before the first configuration entry of a history.</summary>
    public static Configuration None { get; } = new([], 0);

    /// <summary>The primary included.</summary>
    public ImmutableArray<Voter> Voters { get; }

    /// <summary>Other voters that must have synced an entry before it is committed.</summary>
    public int Quorum { get; }

    /// <summary>Decodes a payload.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static Configuration Read(ReadOnlySpan<byte> payload)
    {
        var voters = new List<Voter>();
        var quorum = 0UL;
        var reader = new PayloadReader(payload);
        while (reader.Next())
        {
            if (reader.Field == VotersField) voters.Add(ReadVoter(reader.Bytes));
            else if (reader.Field == QuorumField) quorum = reader.Number;
        }
        try
        {
            return new Configuration(voters, (int)Math.Min(quorum, int.MaxValue));
        }
        catch (ArgumentException invalid)
        {
            throw new MalformedPayloadException(invalid.Message);
        }
    }

    /// <summary>The payload.</summary>
    public byte[] ToArray()
    {
        var voters = Voters.Select(Write).ToArray();
        var bytes = new byte[voters.Sum(voter => PayloadWriter.SizeOfMessage(voter.Length)) + PayloadWriter.SizeOfNumber((ulong)Quorum)];
        var writer = new PayloadWriter(bytes);
        foreach (var voter in voters)
        {
            writer.Message(VotersField, voter.Length);
            writer.Raw(voter);
        }
        writer.Number(QuorumField, (ulong)Quorum);
        return bytes;
    }

    private static Voter ReadVoter(ReadOnlySpan<byte> payload)
    {
        var (node, name) = (0UL, string.Empty);
        var reader = new PayloadReader(payload);
        while (reader.Next())
        {
            if (reader.Field == NodeField) node = reader.Number;
            else if (reader.Field == NameField) name = Encoding.UTF8.GetString(reader.Bytes);
        }
        return new Voter(node, name);
    }

    private static byte[] Write(Voter voter)
    {
        var name = Encoding.UTF8.GetBytes(voter.NodeName);
        var bytes = new byte[1 + sizeof(ulong) + PayloadWriter.SizeOfBytes(name.Length)];
        var writer = new PayloadWriter(bytes);
        writer.Fixed64(NodeField, voter.NodeId);
        writer.Bytes(NameField, name);
        return bytes[..writer.Written];
    }
}
