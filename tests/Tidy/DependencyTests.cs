using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests;

/// <summary>Who may know whom. docs/ARCHITECTURE.md gives the reasons.</summary>
public sealed class DependencyTests
{
    private static readonly IReadOnlyList<ProjectRule> Rules =
    [
        new("Protos", [], []),
        new("Core", [], []),
        new("Wire", ["Core", "Protos"], []),
        new("Primary", ["Core", "Protos", "Wire"], []),
        new("Replica", ["Core", "Protos", "Wire"], []),
        new("Node", ["Core", "Protos", "Wire", "Primary", "Replica"], []),
        new("Server", ["Node", "Client"], ["Core", "Protos"]),
        new("Client", ["Protos"], []),
        new("Cli", ["Client", "Core"], ["Protos"]),
        new("Testing", ["Core", "Protos", "Wire", "Primary", "Replica", "Node", "Client"], []),
    ];

    private static readonly IReadOnlyList<(string Folder, string Name, string Text)> Projects =
        [.. Repository.Projects.Where(project => project.Folder.StartsWith("src/", StringComparison.Ordinal) && !project.Folder.StartsWith("src/GrpcContracts/", StringComparison.Ordinal))];

    private static readonly IReadOnlyDictionary<string, string> Assemblies = Projects.ToDictionary(project => AssemblyNameOf(project.Name, project.Text), project => project.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Projects.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_assembly_refers_only_to_what_its_rule_names(string project)
    {
        var rule = Assert.Single(Rules, rule => rule.Project == project);
        var assembly = Assemblies.Single(pair => pair.Value == project).Key;

        Assert.Empty(rule.Broken(ReferencesOf(assembly), Assemblies));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_project_file_refers_only_to_what_its_rule_names(string project)
    {
        var rule = Assert.Single(Rules, rule => rule.Project == project);
        var text = Projects.Single(other => other.Name == project).Text;

        var tooMuch = ProjectReferencesOf(text).Where(other => !other.StartsWith("Grpc.", StringComparison.Ordinal)).Except(rule.Direct, StringComparer.Ordinal);

        Assert.Empty(tooMuch);
    }

    [Fact]
    public void Only_Protos_refers_to_the_stand_ins_of_gRPC() =>
        Assert.Equal(["Protos"], Projects.Where(project => ProjectReferencesOf(project.Text).Any(other => other.StartsWith("Grpc.", StringComparison.Ordinal))).Select(project => project.Name));

    [Fact]
    public void References_are_read_from_the_built_assembly() => Assert.Contains("Replication.Core", ReferencesOf("Replication.Wire"));

    [Fact]
    public void A_role_that_knew_the_other_one_would_be_found() =>
        Assert.Equal(["Primary must not know Replica"], Rules.Single(rule => rule.Project == "Primary").Broken(["System.Runtime", "Replication.Core", "Replication.Replica"], Assemblies));

    [Theory]
    [InlineData("Microsoft.AspNetCore.Http")]
    [InlineData("Grpc.Core.Api")]
    [InlineData("Google.Protobuf")]
    [InlineData("Replication.Protos")]
    public void An_engine_that_knew_the_network_would_be_found(string reference) =>
        Assert.Single(Rules.Single(rule => rule.Project == "Core").Broken(["System.Runtime", reference], Assemblies));

    private static IReadOnlyList<string> ReferencesOf(string assembly)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static IEnumerable<string> ProjectReferencesOf(string text) => XDocument.Parse(text).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    private static string AssemblyNameOf(string project, string text) =>
        XDocument.Parse(text).Descendants("AssemblyName").FirstOrDefault()?.Value ?? $"Replication.{project}";
}
