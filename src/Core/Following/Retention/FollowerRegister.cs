using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Replication.Core.Log;

namespace Replication.Core.Following.Retention;

/// <summary>
/// The file that keeps the followers over restarts: one line each, a checksum at the end. A convenience, not a promise:
/// when it is lost, replicas that were away may have to begin from a snapshot.
/// </summary>
public static class FollowerRegister
{
    /// <summary>Followers that are kept at most, those heard of last.</summary>
    public const int MaxFollowers = 10_000;

    private const string Magic = "replication-followers 1";
    private const string CrcKey = "crc32c ";

    /// <summary>The file's bytes.</summary>
    public static byte[] ToBytes(IEnumerable<RegisteredFollower> followers)
    {
        var body = new StringBuilder(Magic).Append('\n');
        foreach (var follower in followers.OrderByDescending(follower => follower.LastContactMicros).ThenBy(follower => follower.NodeId).Take(MaxFollowers))
            body.Append(CultureInfo.InvariantCulture, $"{follower.NodeId:x16} {follower.Has} {follower.LastContactMicros} {Convert.ToHexString(Encoding.UTF8.GetBytes(follower.NodeName))}\n");
        var text = body.ToString();
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text}{CrcKey}{Crc32C.Compute(Encoding.ASCII.GetBytes(text)):x8}\n"));
    }

    /// <summary>Reads the file's bytes; null when they are not as they were written.</summary>
    public static ImmutableArray<RegisteredFollower>? FromBytes(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var end = text.LastIndexOf(CrcKey, StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith(Magic + "\n", StringComparison.Ordinal)) return null;
        if (!uint.TryParse(text.AsSpan(end + CrcKey.Length).TrimEnd('\n'), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var crc) || crc != Crc32C.Compute(bytes[..end])) return null;
        var followers = ImmutableArray.CreateBuilder<RegisteredFollower>();
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (Parse(line) is not { } follower) return null;
            followers.Add(follower);
        }
        return followers.ToImmutable();
    }

    private static RegisteredFollower? Parse(string line)
    {
        var fields = line.Split(' ');
        return fields.Length == 4
            && ulong.TryParse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var node)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var has)
            && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var contact)
            && fields[3].Length % 2 == 0 && fields[3].All(char.IsAsciiHexDigit)
                ? new RegisteredFollower(node, Encoding.UTF8.GetString(Convert.FromHexString(fields[3])), has, contact)
                : null;
    }
}
