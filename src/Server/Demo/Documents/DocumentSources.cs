using System.Runtime.InteropServices;

namespace Replication.Server.Demo.Documents;

/// <summary>Finds the documents that this machine has.</summary>
internal static class DocumentSources
{
    /// <summary>The API reference when the SDK is there; the files of .NET otherwise.</summary>
    public static IDocumentSource Find()
    {
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        // Shared runtimes are in <root>/shared/<name>/<version>.
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(runtime)));
        if (root is null || !Directory.Exists(Path.Combine(root, "shared"))) root = runtime;
        return ApiReference.Find(root) is { } reference ? reference : new DotnetFiles(root);
    }
}
