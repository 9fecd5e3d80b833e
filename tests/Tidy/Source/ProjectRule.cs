namespace Replication.Tidy.Tests.Source;

/// <summary>What a project may know of the others.</summary>
/// <param name="Project">Its name, without "Replication.".</param>
/// <param name="Direct">Projects that it may refer to.</param>
/// <param name="Exposed">Projects whose types it may use because those it refers to show them.</param>
internal sealed record ProjectRule(string Project, string[] Direct, string[] Exposed)
{
    /// <summary>Assemblies that no project but those that serve or call may use.</summary>
    private static readonly string[] NetworkPrefixes = ["Microsoft.AspNetCore", "Grpc", "Google.Protobuf", "System.Net.Http", "System.Net.Sockets", "Polly"];

    /// <summary>What keeps the rule from holding for an assembly.</summary>
    /// <param name="references">Names of the assemblies that the project's own refers to.</param>
    /// <param name="ours">Assembly names of the projects under src.</param>
    public IEnumerable<string> Broken(IEnumerable<string> references, IReadOnlyDictionary<string, string> ours)
    {
        foreach (var reference in references)
        {
            if (ours.TryGetValue(reference, out var other) && !Direct.Contains(other) && !Exposed.Contains(other)) yield return $"{Project} must not know {other}";
            if (Project == "Core" && Array.Exists(NetworkPrefixes, prefix => reference.StartsWith(prefix, StringComparison.Ordinal))) yield return $"Core must not know {reference}";
        }
    }
}
