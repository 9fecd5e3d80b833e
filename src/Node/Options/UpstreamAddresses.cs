using System.Collections.Immutable;
using Replication.Core.Following;

namespace Replication.Node.Options;

/// <summary>The addresses of the nodes that a replica may follow, as they are written in settings and flags: separated by commas.</summary>
public static class UpstreamAddresses
{
    /// <summary>How they have to be written, for messages.</summary>
    public static readonly string Form = $"has to be an address like http://127.0.0.1:7400, or up to {UpstreamChoice.MaxUpstreams} different ones separated by commas";

    /// <summary>Reads them; null when one is no address, comes twice, or there are more than <see cref="UpstreamChoice.MaxUpstreams"/>. Empty for an empty text.</summary>
    public static ImmutableArray<Uri>? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text)) return [];
        var addresses = ImmutableArray.CreateBuilder<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var address) || address is not { Scheme: "http" or "https", AbsolutePath: "/", Query: "" }) return null;
            if (addresses.Contains(address) || addresses.Count == UpstreamChoice.MaxUpstreams) return null;
            addresses.Add(address);
        }
        return addresses.ToImmutable();
    }
}
