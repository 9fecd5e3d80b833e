using System.Text.RegularExpressions;
using Replication.ProcessKit;

namespace Replication.Laboratory.Network;

/// <summary>Why a replica's sessions ended and its attempts failed, as it said in its log, each with how often.</summary>
internal static partial class EndingReasons
{
    /// <summary>The reasons, the most frequent first; numbers in them are left out.</summary>
    public static IReadOnlyList<(string Reason, int Count)> Of(NodeProcess replica) =>
    [
        .. Ending().Matches(replica.Output)
            .GroupBy(static match => Number().Replace(match.Groups["reason"].Value, "#"), StringComparer.Ordinal)
            .Select(static group => (group.Key, group.Count())).OrderByDescending(static reason => reason.Item2),
    ];

    /// <summary>For a test's output.</summary>
    public static string Describe(NodeProcess replica) => $"{Path.GetFileName(replica.Data)}:\n{string.Join('\n', Of(replica).Select(static reason => $"  {reason.Count} × {reason.Reason}"))}";

    [GeneratedRegex(@"(ended at entry \d+|cannot be followed): (?<reason>.*?) (What is here is served on|Trying again)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Ending();

    [GeneratedRegex("[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Number();
}
