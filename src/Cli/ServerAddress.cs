namespace Replication.Cli;

/// <summary>Addresses of nodes as people write them: <c>http://HOST:PORT</c>, or only <c>HOST:PORT</c>.</summary>
internal static class ServerAddress
{
    internal static bool TryParse(string text, out Uri address)
    {
        var complete = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        address = Client.ReplicationClientOptions.DefaultAddress;
        if (!Uri.TryCreate(complete, UriKind.Absolute, out var parsed)) return false;
        if (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps) return false;
        if (parsed.PathAndQuery != "/" || parsed.UserInfo.Length > 0 || parsed.Host.Length == 0) return false;
        address = parsed;
        return true;
    }

    /// <summary>The form to print.</summary>
    internal static string Show(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
